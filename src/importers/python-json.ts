/** The numbers that Python's json writes and JSON does not have. */
const CONSTANT = /-?\bInfinity\b|\bNaN\b/g;

/** Where the text that starts at `start` ends, its closing quote included. */
function endOfText(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === 0x5c) at++;
    else if (code === 0x22) return at + 1;
  }
  return json.length;
}

/** JSON as Python writes it, with its bare NaN and Infinity put in quotes, as run logs have them. */
function quoteConstants(json: string): string {
  const pieces: string[] = [];
  let at = 0;
  while (at < json.length) {
    const quote = json.indexOf('"', at);
    const end = quote < 0 ? json.length : quote;
    pieces.push(json.slice(at, end).replace(CONSTANT, '"$&"'));
    at = quote < 0 ? end : endOfText(json, quote);
    pieces.push(json.slice(end, at));
  }
  return pieces.join('');
}

/** @throws SyntaxError where the text is no JSON, with or without Python's constants */
export function parsePythonJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (first) {
    try {
      return JSON.parse(quoteConstants(text));
    } catch {
      throw first;
    }
  }
}
