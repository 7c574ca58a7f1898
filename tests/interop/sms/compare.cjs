// Sends the same message by the vendor's own client and by ours to a local receiver, and compares
// what came: compare.cjs ECHO. Ours is told the vendor's time and nonce, so that the signatures
// must be the same to the last digit.
const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const dns = require('node:dns')
const http = require('node:http')

// Tencent Cloud's client takes the service's name from the host's; libcurl knows *.localhost itself.
const lookup = dns.lookup
dns.lookup = (name, options, done) => lookup(name === 'sms.localhost' ? '127.0.0.1' : name, options, done)

const echo = process.argv[2]
const ID = 'AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE'
const SECRET = 'Gu5t9xGARNpq86cd98joQYCN3EXAMPLE'
const nasty = ["~ *!'()+", '100% & = ? # /', '"引号"\\', '𠮷 emoji 😀', '  blanks  ', 'ÄÖ\u00a0é', '目标确认']
const messages = [
  { mobile: '13800138000', values: ['张三', '目标确认', '11-25 18:00'] },
  ...nasty.map((text, i) => ({ mobile: `1380013800${i}`, values: [text, `${text}${text}`, 'x'] })),
]
const names = ['name', 'stage', 'due']

let waiting = null
const server = http.createServer((request, response) => {
  const pieces = []
  request.on('data', (piece) => pieces.push(piece))
  request.on('end', () => {
    const record = { method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(pieces).toString() }
    const tencent = 'x-tc-action' in request.headers
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(tencent
      ? { Response: { SendStatusSet: [{ Code: 'Ok', Message: 'send success', SerialNo: '1' }], RequestId: 'r' } }
      : { Code: 'OK', Message: 'OK', BizId: '1', RequestId: 'r' }))
    waiting?.(record)
  })
})
const next = () => new Promise((resolve) => { waiting = resolve })

function ours(provider, host, message, seconds, nonce) {
  return new Promise((resolve, reject) => {
    const child = spawn(echo, [provider, `http://${host}`, String(seconds), nonce, ID, SECRET, message.mobile,
      ...names.flatMap((name, i) => [name, message.values[i]])], { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    child.stdout.on('data', (piece) => { said += piece })
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve(said.trim()) : reject(new Error(`${echo} ended with ${code}`))))
  })
}

const signedHeaders = (request) => /SignedHeaders=([^,]*)/.exec(request.headers.authorization)[1].split(';')
function sign(request) {
  const { OpenApiUtil } = require('@alicloud/openapi-core')
  const url = new URL(request.url, 'http://127.0.0.1')
  const headers = Object.fromEntries(signedHeaders(request).map((name) => [name, request.headers[name]]))
  return OpenApiUtil.getAuthorization({ method: request.method, pathname: url.pathname, query: Object.fromEntries(url.searchParams), headers },
    'ACS3-HMAC-SHA256', request.headers['x-acs-content-sha256'], ID, SECRET)
}

async function aliyun(port, message) {
  const { default: Client, SendSmsRequest } = require('@alicloud/dysmsapi20170525')
  const { Config } = require('@alicloud/openapi-client')
  const client = new Client(new Config({ accessKeyId: ID, accessKeySecret: SECRET, endpoint: `127.0.0.1:${port}`, protocol: 'HTTP' }))
  const theirs = next()
  await client.sendSms(new SendSmsRequest({
    phoneNumbers: message.mobile, signName: '达成', templateCode: 'SMS_154950909', outId: 'dacheng.7.15',
    templateParam: JSON.stringify(Object.fromEntries(names.map((name, i) => [name, message.values[i]]))),
  }))
  const a = await theirs
  const mine = next()
  const said = await ours('aliyun', `127.0.0.1:${port}`, message, Date.parse(a.headers['x-acs-date']) / 1000, a.headers['x-acs-signature-nonce'])
  const b = await mine
  assert.equal(said, 'accepted OK: OK 1')
  assert.equal(b.method, a.method)
  // The vendor's order of parameters on the wire is its own; what is signed is the sorted one.
  const sorted = (url) => url.slice(url.indexOf('?') + 1).split('&').sort()
  assert.deepEqual(new URLSearchParams(b.url.slice(2)).get('TemplateParam'), new URLSearchParams(a.url.slice(a.url.indexOf('?') + 1)).get('TemplateParam'))
  assert.deepEqual(sorted(b.url).map(decodeURIComponent), sorted(a.url).map(decodeURIComponent))
  assert.equal(b.body, a.body)
  // The vendor signs one header more, which names its way of finding the key. So its own signer is
  // asked twice: for its request, to see that it is the signer, and for ours.
  assert.equal(sign(a), a.headers.authorization)
  assert.equal(sign(b), b.headers.authorization)
  for (const name of signedHeaders(b)) assert.equal(b.headers[name], a.headers[name], name)
  assert.deepEqual(signedHeaders(a).filter((name) => !signedHeaders(b).includes(name)), ['x-acs-credentials-provider'])
}

async function tencent(port, message) {
  const { sms } = require('tencentcloud-sdk-nodejs-sms')
  const client = new sms.v20210111.Client({
    credential: { secretId: ID, secretKey: SECRET }, region: 'ap-guangzhou',
    profile: { signMethod: 'TC3-HMAC-SHA256', httpProfile: { protocol: 'http://', endpoint: `sms.localhost:${port}`, reqMethod: 'POST' } },
  })
  const theirs = next()
  await client.SendSms({
    PhoneNumberSet: [`+86${message.mobile}`], SmsSdkAppId: '1400006666', TemplateId: 'SMS_154950909', SignName: '达成',
    TemplateParamSet: message.values, SessionContext: 'dacheng.7.15',
  })
  const a = await theirs
  const mine = next()
  const said = await ours('tencent', `sms.localhost:${port}`, message, Number(a.headers['x-tc-timestamp']), '00')
  const b = await mine
  assert.equal(said, 'accepted Ok: send success 1')
  assert.equal(b.method, a.method)
  assert.equal(b.url, a.url)
  assert.equal(b.body, a.body)
  for (const name of ['content-type', 'x-tc-action', 'x-tc-version', 'x-tc-region', 'x-tc-timestamp']) assert.equal(b.headers[name], a.headers[name], name)
  assert.equal(b.headers.authorization, a.headers.authorization)
}

server.listen(0, '127.0.0.1', async () => {
  let passed = 0, failed = 0
  for (const [name, compare] of Object.entries({ aliyun, tencent })) {
    for (const message of messages) {
      try {
        await compare(server.address().port, message)
        passed++
      } catch (error) {
        failed++
        console.log(`${name} ${JSON.stringify(message.values)}: ${error.stack}`)
      }
    }
  }
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed ? 1 : 0)
})
