// tempkit's explorer, second part: how quantities lie on sliders and axes, and how they are written.

const STEPS = 300; // of the temperature's slider: 0, then 0.0102 to 10, with 1 at two thirds.

const temperatureAt = (step) => (step ? +(10 ** (step / 100 - 2)).toPrecision(3) : 0);
const stepOf = (T) => (T > 0 ? Math.min(STEPS, Math.max(1, Math.round(200 + 100 * Math.log10(T)))) : 0);
const tokenSteps = (size) => (size <= 200 ? size - 1 : 200);
const tokensAt = (step, size) =>
  size <= 200 ? step + 1 : Math.round(size ** (step / tokenSteps(size)));
const stepOfTokens = (k, size) =>
  size <= 200 ? k - 1 : Math.round((tokenSteps(size) * Math.log(k)) / Math.log(size));

const figures = (value, digits = 4) => (value === Infinity ? "∞" : String(+value.toPrecision(digits)));
/** A count to expect, to the digits that its standard error leaves it. */
function expectedCount(count, error) {
  if (!(error > 0)) return figures(count);
  const digits = Math.max(0, 1 - Math.floor(Math.log10(error)));
  return `${count.toFixed(digits)} ± ${error.toFixed(digits)}`;
}
const SMALLS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
function share(p) {
  if (p === 0) return "0";
  if (p >= 0.0001) return p.toFixed(4);
  const [digits, power] = p.toExponential(1).split("e-");
  return `${digits}·10⁻${[...power].map((digit) => SMALLS[digit]).join("")}`;
}
/** The least of 1, 0.5, 0.2, 0.1, 0.05, ... that is not below `p`: where the bars' axis ends. */
function endOfAxis(p) {
  let end = 1;
  for (let n = 0; end > 1e-12; n++) {
    const next = end * (n % 3 === 1 ? 0.4 : 0.5);
    if (next < p) break;
    end = next;
  }
  return +end.toPrecision(1);
}
