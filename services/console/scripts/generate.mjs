// Makes the TypeScript clients in gen/ from the contracts in proto/, with Debian's protoc and the
// npm package @bufbuild/protoc-gen-es. Nothing is done when gen/ is newer than every contract.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const console_ = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const protos = resolve(process.env.PROTO_DIR ?? join(console_, '../../proto'))
const gen = join(console_, 'gen')
const stamp = join(gen, '.made')

const files = readdirSync(protos, { recursive: true })
  .filter((name) => name.endsWith('.proto'))
  .map((name) => join(protos, name))
  .sort()
const newest = Math.max(...[...files, fileURLToPath(import.meta.url)].map((file) => statSync(file).mtimeMs))
if (existsSync(stamp) && statSync(stamp).mtimeMs >= newest) process.exit(0)

// Made beside and copied over, so that a failing protoc leaves what was there.
const fresh = mkdtempSync(join(console_, '.gen-'))
try {
  execFileSync(
    'protoc',
    ['-I', protos, `--plugin=protoc-gen-es=${join(console_, 'node_modules/.bin/protoc-gen-es')}`,
     `--es_out=${fresh}`, '--es_opt=target=ts', ...files],
    { stdio: 'inherit' },
  )
  writeFileSync(join(fresh, '.made'), '')
  mkdirSync(gen, { recursive: true })
  cpSync(fresh, gen, { recursive: true })
  console.log(`gen/: clients of ${files.length} files below ${relative(process.cwd(), protos) || protos}`)
} finally {
  rmSync(fresh, { recursive: true, force: true })
}
