/** Words in lines of at most `columns` letters; a longer word is cut. @param columns >= 1 */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const whole of text.split(/\s+/)) {
    let word = whole;
    while (word.length > 0) {
      const room = line === '' ? columns : columns - line.length - 1;
      if (word.length <= room) {
        line = line === '' ? word : `${line} ${word}`;
        word = '';
      } else if (line === '') {
        lines.push(word.slice(0, columns));
        word = word.slice(columns);
      } else {
        lines.push(line);
        line = '';
      }
    }
  }
  return line === '' ? lines : [...lines, line];
}
