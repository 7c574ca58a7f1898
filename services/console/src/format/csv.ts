// Tables as CSV for spreadsheets: quoted as RFC 4180 says, with a BOM so that Excel reads UTF-8, and
// with cells that a spreadsheet would take for a formula made plain text.

export function csvCell(value: string): string {
  const harmless = /^[=+\-@\t\r]/.test(value) && !/^-?\d+(\.\d+)?$/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

export function csvText(header: string[], rows: string[][]): string {
  return '\ufeff' + [header, ...rows].map((row) => row.map(csvCell).join(',') + '\r\n').join('')
}

export function download(name: string, text: string, type = 'text/csv;charset=utf-8'): void {
  save(name, new Blob([text], { type }))
}

export function downloadBytes(name: string, content: Uint8Array, type: string): void {
  save(name, new Blob([content as Uint8Array<ArrayBuffer>], { type }))
}

function save(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
