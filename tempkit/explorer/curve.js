// tempkit's explorer, third part: the entropy over the positions of the temperature's slider.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes, or properties where their name begins with a dot, and children. */
function make(tag, attributes = {}, ...children) {
  const svg = ["svg", "path", "line", "circle", "text"].includes(tag);
  const element = svg ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith(".")) element[name.slice(1)] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const LARGE = 2000; // tokens

/** The curve for one row of logits, with the point where the temperature is now. */
function entropyCurve(row) {
  const [WIDTH, HEIGHT, LEFT, BASE] = [340, 170, 40, 142];
  const x = (step) => LEFT + ((WIDTH - LEFT - 10) * step) / STEPS;
  const most = Math.log(row.possible);
  const y = (entropy) => BASE - (BASE - 16) * (most ? Math.min(entropy / most, 1) : 0);
  const curves = ["tk-curve tk-behind", "tk-curve"].map((c) => make("path", { class: c }));
  const points = ["tk-point tk-behind", "tk-point"].map((c) => make("circle", { class: c, r: 5 }));
  const ticks = [0, 0.1, 1, 10].flatMap((T) => [
    make("line", { class: "tk-grid", x1: x(stepOf(T)), x2: x(stepOf(T)), y1: 16, y2: BASE }),
    make("text", { x: x(stepOf(T)), y: BASE + 16, "text-anchor": "middle", ".textContent": T }),
  ]);
  const level = [0, most].map((h) =>
    make("text", { x: LEFT - 5, y: y(h) + 4, "text-anchor": "end", ".textContent": h.toFixed(h ? 2 : 0) }),
  );
  const ceiling = make("line", { class: "tk-ceiling", x1: LEFT, x2: x(STEPS), y1: y(most), y2: y(most) });
  const floor = make("line", { class: "tk-floor", x1: LEFT, x2: x(STEPS), y1: BASE, y2: BASE });
  const axis = make("text", { x: (LEFT + WIDTH) / 2, y: HEIGHT - 2, "text-anchor": "middle", ".textContent": "T" });
  const plot = make(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" },
    ...ticks, ...level, ceiling, floor, axis, ...curves, ...points,
  );

  // Computed some points a frame, and for a large vocabulary only once the reader pauses, so that
  // nothing that moves has to wait for it.
  let [wanted, waiting, job] = ["", 0, 0];
  function compute(kinds) {
    const paths = ["", ""];
    const stride = row.size > LARGE ? 6 : 2;
    let step = 0;
    const more = () => {
      const until = performance.now() + 4;
      for (; step <= STEPS && performance.now() < until; step += stride) {
        kinds.forEach((kind, i) => {
          const there = kind && distribution(row, { ...kind, temperature: temperatureAt(step) });
          if (!there) return;
          paths[i] += `${paths[i] ? "L" : "M"}${x(step).toFixed(1)},${y(there.entropy).toFixed(2)}`;
        });
      }
      if (step <= STEPS) job = requestAnimationFrame(more);
      else paths.forEach((path, i) => curves[i].setAttribute("d", path));
    };
    more();
  }
  function stop() {
    clearTimeout(waiting);
    cancelAnimationFrame(job);
  }

  return {
    plot,
    most,
    stop,
    /** The points, `main` and what may stand beside it; the curves too unless only T has changed. */
    show(settings, main, second) {
      const T = settings.temperature;
      [second, main].forEach((each, i) => {
        points[i].style.display = each ? "" : "none";
        points[i].setAttribute("cx", x(T === Infinity ? STEPS : stepOf(T)));
        if (each) points[i].setAttribute("cy", y(each.entropy));
      });
      const { temperature, lang, ...others } = settings;
      const key = JSON.stringify(others);
      if (key === wanted) return;
      const first = !wanted;
      wanted = key;
      stop();
      const kinds = [beside(others), { ...others, form: "inside" }];
      if (first || row.size <= LARGE) compute(kinds);
      else waiting = setTimeout(compute, 150, kinds);
    },
  };
}
