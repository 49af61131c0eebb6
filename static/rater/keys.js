// Keys as they are meant, whatever alphabet the keyboard writes.

const DIGITS = "٠١٢٣٤٥٦٧٨٩";

// “1” for 1 and ١; a key that is no digit stays as it is.
export function digit(key) {
  const place = key.length === 1 ? DIGITS.indexOf(key) : -1;
  return place < 0 ? key : String(place);
}

// The Latin letter of a key: by what it writes, else by where it is.
export function letter(event) {
  const written = event.key.toLowerCase();
  if (/^[a-z]$/.test(written)) return written;
  return /^Key[A-Z]$/.test(event.code) && written.length === 1 ? event.code.slice(3).toLowerCase() : written;
}
