// tempkit's explorer, first part: the numbers.
//
// One row of logits, its temperature, its filters and the outside forms, in float64 and from every
// logit: what tempkit.softmax, tempkit.filters and tempkit.pitfalls compute in Python. The logits are
// sorted once; a change of the temperature is a pass over them.

/** The logits from the highest down, equal ones by their index, and how far each is below the top. */
export function ranked(logits) {
  const size = logits.length;
  const index = new Uint32Array(size).map((_, i) => i);
  index.sort((a, b) => logits[b] - logits[a] || a - b);
  const z = Float64Array.from(index, (i) => logits[i]);
  let possible = size;
  while (z[possible - 1] === -Infinity) possible--;
  // Two finite logits may be further apart than the largest float: then measured in units of two.
  const unit = z[0] - z[possible - 1] === Infinity ? 2 : 1;
  const gaps = each(z, (value) => value / unit - z[0] / unit);
  return { size, index, z, gaps, unit, possible, p: softmax(z) };
}

/** What Float64Array.map does, in half the time. */
function each(values, change) {
  const changed = new Float64Array(values.length);
  for (let r = 0; r < values.length; r++) changed[r] = change(values[r]);
  return changed;
}

const total = (values, count = values.length) => {
  let sum = 0;
  for (let r = 0; r < count; r++) sum += values[r];
  return sum;
};

/** exp(z / T) of the first `ranks` ranks, in units of the highest; the limits at 0 and infinity. */
function weighed({ size, gaps, unit, possible }, ranks, temperature) {
  const weights = new Float64Array(size);
  const count = Math.min(ranks, possible);
  const t = temperature / unit;
  if (t === Infinity) return weights.fill(1, 0, count);
  for (let r = 0; r < count; r++) weights[r] = t === 0 ? +(gaps[r] === 0) : Math.exp(gaps[r] / t);
  return weights;
}

/** z / T rank by rank, as tempkit.filters.temper has it: what a filter after it gets to see. */
function tempered({ z, possible }, temperature) {
  const top = z[0];
  if (temperature > 0 && Number.isFinite(top / temperature)) {
    const keys = each(z, (value) => value / temperature);
    return keys.fill(-Infinity, possible); // At infinity, -inf / inf is not a number.
  }
  if (temperature === 0) return each(z, (value) => (value === top ? 0 : -Infinity));
  return each(z, (value) => (value - top) / temperature);
}

function softmax(values) {
  const top = values[0];
  return normalised(each(values, (value) => Math.exp(value - top)));
}
function normalised(weights) {
  const sum = total(weights);
  return each(weights, (weight) => weight / sum);
}

/** The places where people put the temperature (note 00), each as it is written in the wild. */
const FORMS = {
  inside: (z, p, T) => softmax(each(z, (value) => value / T)),
  power: (z, p, T) => normalised(each(p, (share) => share ** (1 / T))),
  log: (z, p, T) => softmax(each(logarithms(z), (value) => value / T)),
  divided: (z, p, T) => each(p, (share) => share / T),
  "double-softmax": (z, p, T) => softmax(each(p, (share) => share / T)),
  "unnormalised-power": (z, p, T) => each(p, (share) => share ** (1 / T)),
  inverted: (z, p, T) => softmax(each(z, (value) => value * T)),
  twice: (z, p, T) => softmax(each(z, (value) => value / T / T)),
  rejection: (z, p, T) => each(p, (share) => Math.max(1 - T, 0) * share),
};
function logarithms(z) {
  const sum = Math.log(total(each(z, (value) => Math.exp(value - z[0]))));
  return each(z, (value) => value - z[0] - sum);
}

/** What a form makes of the first `count` ranks; null where it leaves nothing to draw from. */
function written(row, count, { form, temperature }) {
  if (temperature === 0 || temperature === Infinity) return null;
  const all = count >= row.possible;
  const z = all ? row.z : row.z.slice().fill(-Infinity, count);
  const weights = FORMS[form](z, all ? row.p : softmax(z), temperature);
  const sum = total(weights);
  return sum > 0 && sum < Infinity ? weights : null;
}

/** How many of the highest ranks stay, and the order that decided it: top-k, top-p, min-p. */
function truncated(row, keys, weights, { top_k, top_p, min_p }) {
  let order = row.index;
  let kept = row.size;
  while (kept > 1 && keys[kept - 1] === -Infinity) kept--;
  const keep = (count) => {
    order = byIndexAtTheCut(order, row.z, keys, count, kept);
    kept = count;
  };
  if (top_k !== null && top_k < kept) keep(top_k);
  if (top_p < 1) {
    const rounding = Math.max(1e-12, row.size * 2 ** -53);
    const wanted = Math.max(top_p - rounding, 1e-300) * total(weights, kept);
    let taken = 0;
    for (let mass = 0; taken < kept && mass < wanted; taken++) mass += weights[taken];
    keep(taken);
  }
  if (min_p > 0) {
    const lowest = leastAbove(keys[0], Math.log(min_p));
    while (keys[kept - 1] < lowest) kept--;
  }
  return { order, kept };
}

/** Logits that differ may be equal once divided: where a cut falls among them, the index decides. */
function byIndexAtTheCut(order, z, keys, count, kept) {
  if (count === kept || keys[count] !== keys[count - 1]) return order;
  let [from, to] = [count - 1, count + 1];
  while (from > 0 && keys[from - 1] === keys[count]) from--;
  while (to < kept && keys[to] === keys[count]) to++;
  if (z[from] === z[to - 1]) return order;
  const changed = order.slice();
  changed.subarray(from, to).sort();
  return changed;
}

/** The least float that lies no further below `top` than `gap`, as tempkit.filters.min_p has it. */
function leastAbove(top, gap) {
  const float = new Float64Array([top + gap]);
  if (float[0] - top < gap && float[0] < top) {
    const bits = new BigInt64Array(float.buffer);
    bits[0] += float[0] < 0 ? -1n : 1n;
  }
  return float[0];
}

/** Whether a filter removes anything at all. */
export const filtered = ({ top_k, top_p, min_p }) => top_k !== null || top_p < 1 || min_p > 0;

/** The settings of what is shown beside the definition: a form, or no filters; null if neither. */
export function beside(settings) {
  if (settings.form !== "inside") return settings;
  return filtered(settings) ? { ...settings, top_k: null, top_p: 1, min_p: 0 } : null;
}

/**
 * The distribution under `settings`, which are named as in Python: temperature, top_k (or null),
 * top_p, min_p, order, form. `p` holds a probability for each logit, in their own order; `sum` what
 * the form's weights sum to as computed. Null where a form leaves nothing to draw from.
 */
export function distribution(row, settings) {
  const { temperature, form } = settings;
  const plain = form === "inside";
  const hotFirst = settings.order === "temperature-first";
  const from = (count) =>
    plain ? weighed(row, count, temperature) : written(row, count, settings);
  let weights = hotFirst ? from(row.size) : weighed(row, row.size, 1);
  if (weights === null) return null;
  let [order, kept, mass, sum] = [row.index, row.size, 1, total(weights)];
  if (filtered(settings)) {
    const hot = plain ? () => tempered(row, temperature) : () => each(weights, Math.log);
    ({ order, kept } = truncated(row, hotFirst ? hot() : row.z, weights, settings));
    mass = total(weights, kept) / sum;
  }
  if (hotFirst) weights.fill(0, kept);
  else weights = from(kept);
  if (weights === null) return null;
  const left = total(weights);
  if (!hotFirst) sum = left;
  const p = new Float64Array(row.size);
  for (let r = 0; r < row.size; r++) p[order[r]] = weights[r] / left;
  const entropy = plain ? entropyAt(row, weights, left, temperature) : entropyOf(p);
  return { p, order, kept, mass, sum: plain ? 1 : sum, entropy };
}

const entropyOf = (p) => total(each(p, (share) => (share > 0 ? -share * Math.log(share) : 0)));

/** The same without a logarithm a token: log Z less the mean of the exponents. */
function entropyAt({ gaps, unit }, weights, sum, temperature) {
  const t = temperature / unit;
  let mean = 0;
  if (t > 0 && t < Infinity) {
    for (let r = 0; r < weights.length; r++) {
      if (weights[r] > 0) mean += (weights[r] / sum) * (gaps[r] / t);
    }
  }
  return Math.log(sum) - mean;
}

/** Half the sum of the differences: the most that two distributions differ on any event. */
export function totalVariation(one, other) {
  let sum = 0;
  for (let i = 0; i < one.p.length; i++) sum += Math.abs(one.p[i] - other.p[i]);
  return sum / 2;
}

/** Add `draws` draws from `p` to `counts`; what has probability 0 is never drawn. */
export function draw(p, draws, counts, random = Math.random) {
  const until = new Float64Array(p.length);
  let sum = 0;
  for (let i = 0; i < p.length; i++) until[i] = sum += p[i];
  for (let n = 0; n < draws; n++) {
    const point = random() * sum;
    let [low, high] = [0, p.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (until[middle] > point) high = middle;
      else low = middle + 1;
    }
    counts[low]++;
  }
}
