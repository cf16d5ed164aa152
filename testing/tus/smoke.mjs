// Sends files to a running plikd with tus-js-client, in the ways that it knows, and reads them back.
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, mkdtempSync, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import * as tus from 'tus-js-client'

const server = process.env.PLIK_URL
const folder = mkdtempSync(`${process.env.PLIK_FOLDER}/client-`)
const endpoint = `${server}/tus/`
const MB = 1 << 20

function check(ok, what) {
  if (!ok) throw new Error(what)
}

function same(a, b, what) {
  check(a === b, `${what}: ${JSON.stringify(a)}, expected ${JSON.stringify(b)}`)
}

const md5 = (bytes) => createHash('md5').update(bytes).digest('hex')

// upload runs one upload to its end and returns what the server told with its creation. more
// may change the options; started is called with the upload.
function upload(source, more = {}, started = () => {}) {
  const told = {}
  return new Promise((resolve, reject) => {
    const u = new tus.Upload(source, {
      endpoint,
      retryDelays: [0, 50, 200],
      metadata: { filename: 'a file 🎉.bin' },
      onAfterResponse: (req, res) => {
        for (const name of ['X-Plik-URL', 'X-Plik-Upload', 'X-UploadToken']) {
          if (res.getHeader(name)) told[name] = res.getHeader(name)
        }
      },
      onError: reject,
      onSuccess: () => resolve({ ...told, url: u.url }),
      ...more,
    })
    u.start()
    started(u, resolve)
  })
}

async function about(told) {
  const answer = await fetch(`${server}/upload/${told['X-Plik-Upload']}`, { headers: { 'X-UploadToken': told['X-UploadToken'] ?? '' } })
  same(answer.status, 200, 'GET /upload')
  return answer.json()
}

// arrived compares byte for byte. Of joined files the digest may follow.
async function arrived(told, content) {
  const answer = await fetch(told['X-Plik-URL'])
  same(answer.status, 200, 'download')
  const got = Buffer.from(await answer.arrayBuffer())
  check(got.equals(content), `${got.length} bytes differ from the ${content.length} that were sent`)
  for (let i = 0; ; i++) {
    const { files } = await about(told)
    same(files[0].status, 'uploaded', 'status')
    if (files[0].fileMd5 === md5(content)) return files[0]
    check(files[0].fileMd5 === '' || files[0].fileMd5 === undefined, `wrong digest ${files[0].fileMd5}`)
    check(i < 200, 'the digest does not come')
    await pause(50)
  }
}

// memory is where tus-js-client notes down what it began.
class Memory {
  list = new Map()
  n = 0
  async findAllUploads() { return [...this.list.values()] }
  async findUploadsByFingerprint(fingerprint) { return [...this.list.values()].filter((u) => u.fingerprint === fingerprint) }
  async removeUpload(key) { this.list.delete(key) }
  async addUpload(fingerprint, upload) {
    const urlStorageKey = `k${this.n++}`
    this.list.set(urlStorageKey, { ...upload, fingerprint, urlStorageKey })
    return urlStorageKey
  }
}

function onDisk(content) {
  const path = `${folder}/${randomBytes(8).toString('hex')}`
  writeFileSync(path, content)
  return createReadStream(path)
}

const tests = {
  'a buffer at once': async () => {
    const content = randomBytes(3 * MB + 17)
    const told = await upload(content)
    check(told['X-UploadToken'], 'the creation tells the token of the upload')
    same((await arrived(told, content)).fileName, 'a file 🎉.bin', 'name')
  },

  'nothing at all': async () => arrived(await upload(Buffer.alloc(0)), Buffer.alloc(0)),

  'a file on disk in chunks': async () => {
    const content = randomBytes(5 * MB + 1)
    await arrived(await upload(onDisk(content), { chunkSize: MB }), content)
  },

  'a stream of a known length': async () => {
    const content = randomBytes(2 * MB)
    await arrived(await upload(Readable.from([content.subarray(0, MB), content.subarray(MB)], { objectMode: false }), { chunkSize: 300_000, uploadSize: content.length }), content)
  },

  'a stream of a length that comes last': async () => {
    const content = randomBytes(2 * MB + 5)
    await arrived(await upload(Readable.from([content], { objectMode: false }), { chunkSize: 256 << 10, uploadLengthDeferred: true }), content)
  },

  'data with the creation': async () => {
    const content = randomBytes(MB)
    const requests = []
    const told = await upload(content, { uploadDataDuringCreation: true, onBeforeRequest: (r) => { requests.push(r.getMethod()) } })
    same(requests.join(), 'POST', 'requests')
    await arrived(told, content)
  },

  'three parts at once': async () => {
    const content = randomBytes(6 * MB + 2)
    await arrived(await upload(content, { parallelUploads: 3, chunkSize: MB }), content)
  },

  'parts of hardly anything': async () => {
    const content = randomBytes(2)
    await arrived(await upload(content, { parallelUploads: 3 }), content)
  },

  'with POST only': async () => {
    const content = randomBytes(MB)
    await arrived(await upload(content, { overridePatchMethod: true, chunkSize: 400_000 }), content)
  },

  'options of the upload': async () => {
    const content = Buffer.from('<html>hello</html>')
    const told = await upload(content, {
      metadata: { filename: 'page.html', filetype: 'text/plain', ttl: '1h', removable: 'true', oneshot: 'true', comments: 'hé' },
    })
    const u = await about(told)
    same(u.ttl, 3600, 'ttl')
    same(u.removable, true, 'removable')
    same(u.oneShot, true, 'oneShot')
    same(u.comments, 'hé', 'comments')
    same(u.files[0].fileName, 'page.html', 'fileName')
    const first = await fetch(told['X-Plik-URL'])
    same(await first.text(), content.toString(), 'content')
    same((await fetch(told['X-Plik-URL'])).status, 404, 'a second download')
  },

  'a password': async () => {
    const content = randomBytes(1000)
    const told = await upload(content, { metadata: { filename: 'x', password: 'secret' } })
    same((await fetch(told['X-Plik-URL'])).status, 401, 'without it')
    const answer = await fetch(told['X-Plik-URL'], { headers: { Authorization: `Basic ${Buffer.from('plik:secret').toString('base64')}` } })
    check(Buffer.from(await answer.arrayBuffer()).equals(content), 'the content differs')
  },

  'aborted, found again and resumed': async () => {
    const content = randomBytes(4 * MB)
    const options = { chunkSize: 256 << 10, urlStorage: new Memory(), fingerprint: async () => 'this file', storeFingerprintForResuming: true }
    const first = await upload(content, {
      ...options,
      onChunkComplete: function (size, accepted) { if (accepted >= MB) this.stop() },
    }, (u, resolve) => { u.options.stop = () => u.abort().then(() => resolve({ url: u.url })) })
    const [previous] = await options.urlStorage.findUploadsByFingerprint('this file')
    check(previous, 'the upload was not noted down')
    let offset = -1
    const told = await upload(content, {
      ...options,
      endpoint: 'http://127.0.0.1:1/', // a new one cannot be begun
      uploadUrl: previous.uploadUrl,
      onProgress: (sent) => { if (offset < 0) offset = sent },
    })
    same(told.url, first.url, 'URL')
    check(offset >= MB && offset < content.length, `it went on at ${offset}`)
    await arrived(told, content)
  },

  'parts aborted, found again and resumed': async () => {
    const content = randomBytes(6 * MB)
    const options = { parallelUploads: 3, chunkSize: 256 << 10, urlStorage: new Memory(), fingerprint: async () => 'this file' }
    await upload(content, {
      ...options,
      onProgress: function (sent) { if (sent >= 2 * MB) this.stop() },
    }, (u, resolve) => { u.options.stop = () => u.abort().then(resolve) })
    const previous = await options.urlStorage.findUploadsByFingerprint('this file')
    same(previous.length, 1, 'noted down')
    same(previous[0].parallelUploadUrls.length, 3, 'parts')
    const posts = []
    const told = await new Promise((resolve, reject) => {
      const all = {}
      const u = new tus.Upload(content, {
        ...options, endpoint, metadata: { filename: 'x' }, onError: reject, onSuccess: () => resolve(all),
        onBeforeRequest: (r) => { if (r.getMethod() === 'POST') posts.push(r.getHeader('Upload-Concat')) },
        onAfterResponse: (req, res) => {
          for (const name of ['X-Plik-URL', 'X-Plik-Upload', 'X-UploadToken']) if (res.getHeader(name)) all[name] = res.getHeader(name)
        },
      })
      u.resumeFromPreviousUpload(previous[0])
      u.start()
    })
    same(posts.length, 1, 'only the whole is begun')
    await arrived(told, content)
  },

  'terminated': async () => {
    const content = randomBytes(2 * MB)
    const url = await upload(content, {
      chunkSize: 256 << 10,
      onChunkComplete: function (size, accepted) { if (accepted >= MB) this.stop() },
    }, (u, resolve) => { u.options.stop = () => u.abort(true).then(() => resolve(u.url)) })
    check(url.startsWith(endpoint), `the URL is ${url}`)
    same((await fetch(url, { method: 'HEAD', headers: { 'Tus-Resumable': '1.0.0' } })).status, 404, 'HEAD')
  },

  'an upload that was made before': async () => {
    const content = randomBytes(MB)
    const made = await (await fetch(`${server}/upload`, { method: 'POST', body: '{"files":[{"fileName":"mine"}]}' })).json()
    const more = { metadata: { upload: made.id, file: made.files[0].id }, headers: { 'X-UploadToken': made.uploadToken } }
    let refused
    await upload(content, { ...more, headers: { 'X-UploadToken': 'wrong' }, retryDelays: null }).catch((err) => { refused = err.originalResponse.getStatus() })
    same(refused, 403, 'another token')
    const told = await upload(content, { ...more, chunkSize: 300_000 })
    same(told['X-UploadToken'], undefined, 'the token is known')
    same((await arrived({ ...told, 'X-UploadToken': made.uploadToken }, content)).fileName, 'mine', 'name')
  },

  'two refusals': async () => {
    for (const metadata of [{ filename: '../x' }, { filename: 'x', ttl: 'soon' }]) {
      let status
      await upload(Buffer.from('x'), { metadata, retryDelays: null }).catch((err) => { status = err.originalResponse.getStatus() })
      same(status, 400, JSON.stringify(metadata))
    }
  },
}

let failed = 0
for (const [name, test] of Object.entries(tests)) {
  try {
    await Promise.race([test(), pause(60_000, null, { ref: false }).then(() => { throw new Error('it takes for ever') })])
    console.log(`ok   ${name}`)
  } catch (err) {
    failed++
    console.log(`FAIL ${name}: ${err.stack}`)
  }
}
const total = Object.keys(tests).length
console.log(`${total - failed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
