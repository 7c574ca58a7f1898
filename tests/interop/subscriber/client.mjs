// A subscriber of Dacheng written from proto/WIRE.md and the .proto files alone, with the zeromq and
// protobufjs packages of npm. It uses nothing of this repository's code.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import protobuf from 'protobufjs'
import { Dealer } from 'zeromq'

const CREDITS = 1000
const PARTITIONS_ALL = -1
const UNAVAILABLE = 14
const RETRYABLE = new Set([4, 8, 10, UNAVAILABLE])

// Messages from the .proto files, found below `directory`.
export function messages(directory) {
  const root = new protobuf.Root()
  root.resolvePath = (_, target) => join(directory, target)
  root.loadSync(['dacheng/bus/v1/bus.proto', 'dacheng/kernel/v1/log.proto', 'dacheng/kernel/v1/admin.proto'])
  return (name) => root.lookupType(`dacheng.${name}`)
}

// A Z85 key as a file of one line has it.
export const keyOf = (path) => readFileSync(path, 'ascii').trim()

export class RefusedError extends Error {
  constructor(code, message) {
    super(message)
    this.code = code
  }
}

// One connection to one instance of the bus: says HELLO, keeps alive, gives credit back.
class Link {
  constructor(bus, address) {
    Object.assign(this, { bus, address, welcomed: false, owed: 0, saidAt: 0, heardAt: Date.now(), heartbeat: 1000, dead: 5000 })
    this.open()
  }

  open() {
    const { publicKey, secretKey, serverKey } = this.bus
    this.socket = new Dealer({ linger: 0, immediate: true, handshakeInterval: 3000, curvePublicKey: publicKey, curveSecretKey: secretKey, curveServerKey: serverKey })
    this.socket.events.on('handshake', () => this.hello())
    this.socket.events.on('handshake:error:auth', () => this.lost(new RefusedError(16, 'the bus refused our key')))
    this.socket.events.on('disconnect', () => this.lost())
    this.socket.connect(this.address)
    this.receive(this.socket)
  }

  hello() {
    this.say({ hello: { protocol: 1, instance: 'interop' } })
  }

  lost(reason) {
    const was = this.welcomed
    this.welcomed = false
    this.heardAt = Date.now()
    if (was || reason) this.bus.linkLost(this, reason)
  }

  async say(kind, body) {
    const frames = [this.bus.Envelope.encode(this.bus.Envelope.create(kind)).finish()]
    if (body) frames.push(body)
    this.saidAt = Date.now()
    this.sending = (this.sending ?? Promise.resolve()).then(() => this.socket.send(frames)).catch(() => {})
    return this.sending
  }

  async receive(socket) {
    try {
      for await (const [header, body] of socket) {
        this.heardAt = Date.now()
        this.take(this.bus.Envelope.decode(header), body)
      }
    } catch (error) {
      if (!socket.closed) throw error
    }
  }

  take(envelope, body) {
    switch (envelope.kind) {
      case 'welcome':
        this.welcomed = true
        this.heartbeat = envelope.welcome.heartbeatMs
        this.dead = envelope.welcome.deadMs
        this.owed = 0
        this.bus.linkReady(this)
        break
      case 'event':
        if (++this.owed >= CREDITS / 2) {
          this.say({ credit: { events: this.owed } })
          this.owed = 0
        }
        this.bus.heard(envelope.event, body)
        break
      case 'behind':
        this.bus.behind()
        break
      case 'reply':
        this.bus.replied(envelope.reply, body)
        break
      case 'ping':
        this.say({ pong: {} })
        break
      case 'error':
        if (envelope.error.sayHello || envelope.error.code === 16) this.lost(envelope.error.code === 16 ? new RefusedError(16, envelope.error.message) : undefined)
        else this.bus.refused(new RefusedError(envelope.error.code, `${envelope.error.about}: ${envelope.error.message}`))
        break
    }
  }

  // Every now and then: a sign of life, HELLO again, a dead connection anew.
  tick(now) {
    if (this.welcomed && now - this.heardAt > this.dead) {
      this.lost()
      this.socket.close()
      this.open()
    } else if (now - this.saidAt >= this.heartbeat) {
      this.welcomed ? this.say({ ping: {} }) : this.hello()
    }
  }
}

// Follows one stream whole over several instances: live, from the log, without hole or double.
export class Subscriber {
  constructor({ addresses, keyFile, keys, serverKeyFile, type, stream, onEvent, onTrouble = () => {} }) {
    Object.assign(this, { type, stream, onEvent, onTrouble, ...keys, serverKey: keyOf(serverKeyFile) })
    this.Envelope = type('bus.v1.Envelope')
    this.nextId = 1
    this.waiting = new Map()
    this.place = null // { epoch, next }: `next` is the overall number wanted next
    this.pushed = [] // what came while the log was read, in order
    this.doubt = true
    this.links = addresses.map((address) => new Link(this, address))
    this.timer = setInterval(() => this.tick(), 100)
  }

  close() {
    this.closed = true
    clearInterval(this.timer)
    for (const link of this.links) {
      link.say({ bye: { leaving: true } })
      link.socket.close()
    }
  }

  tick() {
    const now = Date.now()
    for (const link of this.links) link.tick(now)
    for (const [id, asked] of this.waiting) {
      if (now > asked.deadline) this.settle(id, () => asked.reject(new RefusedError(4, 'no answer in time')))
    }
    this.catchUp()
  }

  settle(id, end) {
    this.waiting.delete(id)
    end()
  }

  // --- requests: to one welcomed instance
  async ask(service, method, request, Answer, timeout = 10000) {
    const link = this.links.find((one) => one.welcomed)
    if (!link) throw new RefusedError(UNAVAILABLE, 'no bus')
    const id = this.nextId++
    const body = await new Promise((resolve, reject) => {
      this.waiting.set(id, { link, resolve, reject, deadline: Date.now() + timeout + 500 })
      link.say({ request: { id, service, method, timeoutMs: timeout } }, request)
    })
    return Answer.decode(body)
  }

  replied(reply, body) {
    const asked = this.waiting.get(Number(reply.id))
    if (!asked) return
    this.settle(Number(reply.id), () => (reply.code === 0 ? asked.resolve(body) : asked.reject(new RefusedError(reply.code, reply.message))))
  }

  // --- connections
  linkReady(link) {
    link.say({ subscribe: { patterns: [`${this.stream}.>`, `_log.${this.stream}`], credits: CREDITS } })
    this.doubt = true
    this.catchUp()
  }

  linkLost(link, reason) {
    for (const [id, asked] of this.waiting) {
      if (asked.link === link) this.settle(id, () => asked.reject(new RefusedError(UNAVAILABLE, 'the connection broke')))
    }
    if (reason) this.refused(reason)
  }

  refused(error) {
    this.onTrouble(error)
  }

  // --- events
  behind() {
    this.doubt = true
    this.catchUp()
  }

  heard(header, body) {
    if (!header.logged) {
      if (header.subject === `_log.${this.stream}`) this.heartbeat(this.type('kernel.v1.LogHeartbeat').decode(body))
      return
    }
    const event = this.type('kernel.v1.Event').decode(body)
    this.pushed.push(event)
    if (this.pushed.length > 4 * CREDITS) this.pushed = [] // the log has them
    this.deliverPushed()
  }

  heartbeat(log) {
    if (!this.place) return
    if (Number(log.epoch) !== this.place.epoch || Number(log.overall) !== this.place.next - 1) this.behind()
  }

  deliver(event) {
    this.place.next = Number(event.overall) + 1 // in order; the same place object goes on
    this.onEvent(event)
  }

  // Pushed events that continue the place; what is older was had, a gap is read from the log.
  deliverPushed() {
    if (!this.place || this.reading) return
    for (const event of this.pushed.splice(0)) {
      if (Number(event.epoch) !== this.place.epoch || Number(event.overall) > this.place.next) this.doubt = true
      else if (Number(event.overall) === this.place.next) this.deliver(event)
    }
    if (this.doubt) this.catchUp()
  }

  // Where it begins: a number, a time (microseconds), or, with neither, the end.
  async begin({ number, atUs }) {
    if (number) {
      this.place = { epoch: 0, next: number }
    } else {
      const Request = this.type('kernel.v1.PositionRequest')
      const request = Request.encode(Request.create({ atUs: atUs ?? 0 })).finish()
      const position = await this.retry(() => this.ask(`${this.stream}.log`, 'dacheng.kernel.v1.LogService/Position', request, this.type('kernel.v1.PositionResponse')))
      this.place = { epoch: Number(position.epoch), next: Number(position.overall) + 1 }
    }
    this.behind()
  }

  // Goes on elsewhere; what is being read meanwhile is of the old place.
  seek(place) {
    this.place = place
    this.pushed = []
    this.behind()
  }

  // What may pass is asked again; the rest is the caller's to know.
  async retry(work) {
    for (;;) {
      try {
        return await work()
      } catch (error) {
        if (!RETRYABLE.has(error.code) || this.closed) throw error
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
  }

  async catchUp() {
    if (!this.place || this.reading || !this.doubt || !this.links.some((link) => link.welcomed)) return
    this.reading = true
    try {
      for (let more = true; more && !this.closed; ) {
        this.doubt = false
        const place = this.place
        const Request = this.type('kernel.v1.ReadRequest')
        const request = Request.encode(Request.create({ partition: PARTITIONS_ALL, from: this.place.next, epoch: this.place.epoch })).finish()
        const answer = await this.ask(`${this.stream}.log`, 'dacheng.kernel.v1.LogService/Read', request, this.type('kernel.v1.ReadResponse'))
        if (place !== this.place) continue
        for (const event of answer.events) this.deliver(event)
        this.place = { epoch: Number(answer.epoch), next: Math.max(this.place.next, Number(answer.next)) }
        more = this.place.next <= Number(answer.last)
      }
    } catch (error) {
      this.doubt = true // the next tick asks again
      if (!RETRYABLE.has(error.code)) this.refused(error)
    } finally {
      this.reading = false
    }
    this.deliverPushed()
  }
}
