// protoc-gen-sextant: run by protoc, which sends a CodeGeneratorRequest to standard input and
// reads a CodeGeneratorResponse from standard output.
import Generator
import Glibc

var request: [UInt8] = []
var chunk = [UInt8](repeating: 0, count: 1 << 16)
while true {
    let count = unsafe read(STDIN_FILENO, &chunk, chunk.count)
    if count < 0 {
        unsafe perror("protoc-gen-sextant: cannot read the request")
        exit(1)
    }
    if count == 0 { break }
    request += chunk[..<count]
}

let response = Plugin.respond(to: request)
var sent = 0
while sent < response.count {
    let count = unsafe response[sent...].withUnsafeBytes { bytes in
        unsafe write(STDOUT_FILENO, bytes.baseAddress, bytes.count)
    }
    if count < 0 {
        unsafe perror("protoc-gen-sextant: cannot write the response")
        exit(1)
    }
    sent += count
}
