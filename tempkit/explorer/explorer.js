// tempkit's explorer, last part: what is shown. A notebook calls `render`, a page calls `mount`.
//
// All parts are handed out as one module (tempkit/explorer/assets.py): no import, no build.

const ROWS = 20;
const SMALL = 20; // Up to so many tokens, bars are drawn from 0 to 1.
export const DEFAULTS = {
  temperature: 1,
  top_k: null,
  top_p: 1,
  min_p: 0,
  order: "temperature-first",
  form: "inside",
  lang: "en",
};

let made = 0;

/**
 * Show an explorer in `el`. `words` holds for each language what is said (words/LANG), `settings`
 * any of DEFAULTS; `onChange(name, value)` hears what the reader changes. Returns `set(changes)`,
 * which does not call it, and `remove()`.
 */
export function mount(el, { logits, labels = [], words, settings = {}, onChange = () => {} }) {
  const row = ranked(logits);
  const now = { ...DEFAULTS, ...settings };
  const id = `tempkit-${made++}`;
  let counts = new Float64Array(row.size);
  let draws = 0;
  let [frame, spoken, spelled, moved] = [0, 0, null, false];
  let [main, second] = [null, null];

  const say = (key, facts = {}) =>
    words[now.lang][key].replace(/\{(\w+)\}/g, (_, name) => facts[name]);
  const name = (token) => labels[token] ?? String(token);

  // Every text that waits for a language: an element, and the key of its words.
  const texts = [];
  const spell = (element, key) => (texts.push([element, key]), element);
  const heading = (tag, key, attributes) => spell(make(tag, attributes), key);

  /** A quantity with an exact entry and a slider. */
  function knob(key, { last, toStep, atStep, print, read, error, marks = [] }) {
    const entry = make("input", { id: `${id}-${key}`, inputmode: "decimal", autocomplete: "off", size: 6 });
    const slider = make("input", { type: "range", min: 0, max: last, step: 1 });
    const label = heading("label", key, { for: entry.id });
    const mark = (value) =>
      make("span", { class: "tk-tick", "aria-hidden": true, style: `--at: ${toStep(value) / last}` }, String(value));
    entry.addEventListener("input", () => entry.setCustomValidity(""));
    entry.addEventListener("change", () => {
      const value = read(entry.value.trim().replace(",", "."));
      entry.setCustomValidity(value === undefined ? say(error, { size: row.size }) : "");
      if (value === undefined) entry.reportValidity();
      else change(key, value);
    });
    slider.addEventListener("input", () => change(key, atStep(+slider.value)));
    return {
      box: make("div", { class: `tk-knob tk-${key}` }, label, entry, slider, ...marks.map(mark)),
      show() {
        const text = print(now[key]);
        const typing = document.activeElement === entry && !entry.checkValidity();
        if (!typing && entry.value !== text) entry.value = text;
        slider.value = toStep(now[key]);
        slider.setAttribute("aria-label", say(key));
        slider.setAttribute("aria-valuetext", text);
      },
    };
  }
  const within = (low, high) => (text) =>
    text !== "" && +text >= low && +text <= high ? +text : undefined;
  const fraction = {
    last: 100,
    toStep: (value) => Math.round(value * 100),
    atStep: (step) => step / 100,
    print: (value) => figures(value, 6),
    read: within(0, 1),
    error: "not-a-fraction",
  };
  const knobs = {
    temperature: knob("temperature", {
      last: STEPS,
      toStep: stepOf,
      atStep: temperatureAt,
      print: (T) => figures(T, 6),
      read: (text) =>
        /^\+?(∞|inf(ini(ty|to))?)$/i.test(text) ? Infinity : within(0, Infinity)(text),
      error: "not-a-temperature",
      marks: [0, 0.1, 1, 10],
    }),
    top_k: knob("top_k", {
      last: tokenSteps(row.size),
      toStep: (k) => stepOfTokens(Math.min(k ?? row.size, row.size), row.size),
      atStep: (step) => (step === tokenSteps(row.size) ? null : tokensAt(step, row.size)),
      print: (k) => (k === null ? say("all") : String(k)),
      read: (text) =>
        text === "" || text === say("all")
          ? null
          : Number.isInteger(within(1, row.size)(text))
            ? +text
            : undefined,
      error: "not-a-count",
    }),
    top_p: knob("top_p", fraction),
    min_p: knob("min_p", fraction),
  };

  const orders = ["temperature-first", "filter-first"].map((value) => {
    const radio = make("input", { type: "radio", name: `${id}-order`, value });
    radio.addEventListener("change", () => change("order", value));
    return [radio, make("label", {}, radio, heading("span", value))];
  });
  const forms = make("select", { id: `${id}-form` });
  for (const form of Object.keys(FORMS)) {
    forms.append(spell(make("option", { value: form }), `formula.${form}`));
  }
  forms.addEventListener("change", () => change("form", forms.value));
  const verdict = make("p", { class: "tk-verdict" });

  const language = make("button", { type: "button", class: "tk-language" });
  language.addEventListener("click", () => change("lang", now.lang === "en" ? "es" : "en"));

  // The bars: a table, so that a screen reader can walk it.
  const shown = Math.min(ROWS, row.size);
  const cells = (tag) =>
    ["p", "second", "drawn", "expected"].map((key) => make(tag, { class: `tk-number tk-${key}` }));
  const lines = Array.from({ length: shown + (row.size > shown) }, () => {
    const [bar, other, mark] = ["tk-main", "tk-other", "tk-mark"].map((c) => make("span", { class: c }));
    const label = make("th", { scope: "row" });
    const numbers = cells("td");
    const picture = make("td", { class: "tk-bar", "aria-hidden": true }, make("span", {}, bar, other, mark));
    return { tr: make("tr", {}, label, picture, ...numbers), label, bar, other, mark, numbers };
  });
  const heads = cells("th").map((head) => (head.setAttribute("scope", "col"), head));
  const scale = make("th", { class: "tk-bar", "aria-hidden": true });
  const caption = make("caption");
  const table = make(
    "table",
    {},
    caption,
    make("thead", {}, make("tr", {}, heading("th", "token", { scope: "col" }), scale, ...heads)),
    make("tbody", {}, ...lines.map((line) => line.tr)),
  );
  const buttons = [1, 100, 1000].map((count) => {
    const button = make("button", { type: "button", ".textContent": count });
    button.addEventListener("click", () => {
      draw(drawnFrom().p, count, counts);
      draws += count;
      moved = true;
      update();
    });
    return button;
  });
  const clear = heading("button", "clear", { type: "button" });
  clear.addEventListener("click", () => (forget(), update()));
  const drawing = make("div", { class: "tk-draw", role: "group" }, heading("span", "draw"), ...buttons, clear);

  const curve = entropyCurve(row);
  const readings = ["entropy", "perplexity", "kept"].map((key) => [key, make("dd", { class: `tk-${key}` })]);
  const status = make("p", { class: "tk-status", role: "status", "aria-live": "polite" });

  const root = make(
    "div",
    { class: "tempkit-explorer", "data-lm-suppress-shortcuts": "true", role: "group" },
    make(
      "div",
      { class: "tk-columns" },
      make(
        "div",
        { class: "tk-top" },
        knobs.temperature.box,
        make(
          "div",
          { class: "tk-readings" },
          make("dl", {}, ...readings.map(([key, dd]) => make("div", {}, heading("dt", key), dd))),
          language,
        ),
      ),
      make(
        "div",
        { class: "tk-left" },
        table,
        drawing,
        make("div", { class: "tk-form" }, heading("label", "form", { for: forms.id }), forms, verdict),
      ),
      make(
        "div",
        { class: "tk-right" },
        make("figure", {}, heading("figcaption", "curve"), curve.plot),
        make(
          "fieldset",
          { class: "tk-filters" },
          heading("legend", "filters"),
          ...["top_k", "top_p", "min_p"].map((key) => knobs[key].box),
          make("div", { class: "tk-order", role: "radiogroup" }, ...orders.map(([, label]) => label)),
        ),
      ),
    ),
    status,
  );
  // JupyterLab, and a page around it, have shortcuts of their own for arrows and letters.
  root.addEventListener("keydown", (event) => event.stopPropagation());
  el.append(root);

  const drawnFrom = () => (now.form === "inside" ? main : second);

  function forget() {
    counts.fill(0);
    draws = 0;
  }

  function change(key, value) {
    if (Object.is(now[key], value)) return update();
    set({ [key]: value });
    onChange(key, value);
  }

  function set(changes) {
    const real = Object.entries(changes).filter(([key, value]) => !Object.is(now[key], value));
    if (!real.length) return;
    Object.assign(now, changes);
    moved = true;
    if (real.some(([key]) => key !== "lang")) forget();
    frame ||= requestAnimationFrame(update);
  }

  function update() {
    cancelAnimationFrame(frame);
    frame = 0;
    const form = now.form !== "inside";
    main = distribution(row, { ...now, form: "inside" });
    second = beside(now) && distribution(row, beside(now));
    if (spelled !== now.lang) speak();
    for (const each of Object.values(knobs)) each.show();
    for (const [radio] of orders) radio.checked = radio.value === now.order;
    forms.value = now.form;
    showBars(form);
    showNumbers(form);
    curve.show(now, main, second);
    clearTimeout(spoken);
    spoken = setTimeout(announce, 600);
  }

  function speak() {
    spelled = now.lang;
    root.lang = now.lang;
    for (const [element, key] of texts) element.textContent = say(key);
    root.setAttribute("aria-label", say("title"));
    drawing.setAttribute("aria-label", say("draw"));
    const other = now.lang === "en" ? "es" : "en";
    language.textContent = words[other].language;
    language.lang = other;
  }

  /** What the second bars stand for, in words; nothing where there are none. */
  const secondName = (form) => (form ? say(`formula.${now.form}`) : second ? say("unfiltered") : "");

  function showBars(form) {
    const tokens = main.order.subarray(0, shown);
    const highest = Math.max(main.p[tokens[0]], second?.p[tokens[0]] ?? 0);
    const end = row.size <= SMALL ? 1 : endOfAxis(highest);
    const drawn = drawnFrom() ?? main;
    const rest = (values) => {
      let sum = 0;
      for (let r = shown; r < row.size; r++) sum += values[main.order[r]];
      return sum;
    };
    table.classList.toggle("tk-with-second", Boolean(second));
    root.classList.toggle("tk-with-form", form);
    table.classList.toggle("tk-with-draws", draws > 0);
    heads[0].textContent = say(form ? "formula.inside" : second ? "filtered" : "probability");
    heads[1].textContent = secondName(form).replaceAll(" / ", "\u00a0/\u00a0");
    heads[2].textContent = say("drawn");
    heads[3].textContent = say("expected");
    scale.replaceChildren(make("span", {}, "0"), make("span", {}, figures(end)));
    caption.textContent = draws ? say("draws", { count: draws }) : "";
    lines.forEach((line, r) => {
      const token = tokens[r];
      const of = (values) => (r < shown ? values[token] : rest(values));
      const label = r < shown ? name(token) : say("others", { count: row.size - shown });
      if (line.label.textContent !== label) line.label.textContent = line.label.title = label;
      const [p, other, count] = [of(main.p), second ? of(second.p) : NaN, draws ? of(counts) : NaN];
      const expected = draws * of(drawn.p);
      const width = (value) => `${value > 0 ? Math.max(0.2, Math.min(100, (100 * value) / end)) : 0}%`;
      line.tr.classList.toggle("tk-out", p === 0);
      line.bar.style.width = width(p);
      line.other.style.width = width(other);
      line.mark.style.left = width(count / draws);
      line.tr.classList.toggle("tk-beyond", p > end);
      line.numbers[0].textContent = share(p);
      line.numbers[0].title = p;
      line.numbers[1].textContent = second ? share(other) : "–";
      line.numbers[1].title = other;
      line.numbers[2].textContent = draws ? count : "";
      const error = Math.sqrt(Math.max(0, expected * (1 - expected / draws)));
      line.numbers[3].textContent = draws ? expectedCount(expected, error) : "";
      line.mark.hidden = !(count > 0 || expected > 0);
    });
    for (const button of buttons) button.disabled = form && !second;
    clear.disabled = draws === 0;
  }

  function showNumbers(form) {
    const kept = filtered(now)
      ? say("kept-some", { kept: main.kept, size: row.size, mass: share(main.mass) })
      : say("kept-all", { size: row.size });
    const values = { entropy: main.entropy, perplexity: Math.exp(main.entropy), kept: main.mass };
    for (const [key, dd] of readings) {
      dd.textContent = key === "kept" ? kept : figures(values[key]) + (key === "entropy" ? ` ${say("nats")}` : "");
      dd.title = values[key];
    }
    verdict.hidden = !form;
    verdict.textContent = !form
      ? ""
      : second
        ? say("verdict", {
            formula: say(`formula.${now.form}`),
            note: say(`note.${now.form}`),
            sum: figures(second.sum),
            entropy: figures(second.entropy),
            distance: share(totalVariation(main, second)),
          })
        : say("nothing");
    if (second) Object.assign(verdict.dataset, { sum: second.sum, distance: totalVariation(main, second) });
  }

  /** What a screen reader says, once the reader has stopped moving. */
  function announce() {
    const top = main.order[0];
    const facts = {
      temperature: figures(now.temperature),
      entropy: figures(main.entropy, 3),
      perplexity: figures(Math.exp(main.entropy), 3),
      token: name(top),
      p: share(main.p[top]),
    };
    const whole = { ...facts, most: figures(curve.most, 3), size: row.possible };
    curve.plot.setAttribute("aria-label", say("curve-alt", whole));
    const drawn = draws ? ` ${say("draws", { count: draws })}` : "";
    if (moved) status.textContent = say("status", facts) + drawn + (verdict.hidden ? "" : ` ${verdict.textContent}`);
  }

  update();
  return {
    set,
    remove() {
      cancelAnimationFrame(frame);
      curve.stop();
      clearTimeout(spoken);
      root.remove();
    },
  };
}

// JSON has no infinity, so kernel and widget write it as a word.
const fromKernel = (value) => (value === "inf" ? Infinity : value);
const toKernel = (value) => (value === Infinity ? "inf" : value);

/** The view of a widget: anywidget calls it with the kernel's model. */
function render({ model, el }) {
  const names = Object.keys(DEFAULTS);
  const read = (name) => fromKernel(model.get(name));
  const { buffer, byteOffset, byteLength } = model.get("_logits");
  const view = mount(el, {
    logits: new Float64Array(buffer.slice(byteOffset, byteOffset + byteLength)),
    labels: model.get("_labels"),
    words: model.get("_words"),
    settings: Object.fromEntries(names.map((name) => [name, read(name)])),
    onChange(name, value) {
      model.set(name, toKernel(value));
      model.save_changes();
    },
  });
  const listeners = names.map((name) => [`change:${name}`, () => view.set({ [name]: read(name) })]);
  for (const [event, listener] of listeners) model.on(event, listener);
  return () => {
    for (const [event, listener] of listeners) model.off(event, listener);
    view.remove();
  };
}

export default { render };
