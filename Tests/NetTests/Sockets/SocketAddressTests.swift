import Foundation
import Glibc
import Testing

@testable import Net

@Suite("Socket addresses")
struct SocketAddressTests {
    @Test(
        "are read and printed alike",
        arguments: [
            "127.0.0.1:8080", "0.0.0.0:0", "255.255.255.255:65535", "[::1]:443", "[::]:80",
            "[2001:db8::ff00:42:8329]:1", "[fe80::1%7]:9", "unix:/run/a.sock", "unix:b",
        ]
    )
    func roundTrip(text: String) throws {
        let address = try SocketAddress(text)
        #expect(address.description == text)
        let copy = unsafe try address.withKernelForm { pointer, length throws(SystemError) in
            unsafe SocketAddress(
                kernelForm: UnsafeRawBufferPointer(start: pointer, count: Int(length)),
                count: Int(length)
            )
        }
        #expect(copy == address)
    }

    @Test(
        "that are wrong are refused with a reason",
        arguments: [
            ("", "no port: write host:port"),
            ("127.0.0.1", "no port: write host:port"),
            ("127.0.0.1:", "the port must be 0 to 65535"),
            ("127.0.0.1:65536", "the port must be 0 to 65535"),
            ("127.0.0.1:+1", "the port must be 0 to 65535"),
            ("127.0.0.1: 1", "the port must be 0 to 65535"),
            ("127.0.0.256:1", "'127.0.0.256' is not an IPv4 address"),
            ("localhost:1", "'localhost' is not an IPv4 address"),
            (":1", "'' is not an IPv4 address"),
            ("::1:1", "write IPv6 in brackets, as [::1]:443"),
            ("[::g]:1", "'::g' is not an IPv6 address"),
            ("[fe80::1%nosuchinterface]:1", "no interface 'nosuchinterface'"),
            ("unix:", "no path after unix:"),
            ("unix:a\0b", "a zero byte in the path"),
            (
                "unix:" + String(repeating: "x", count: 108),
                "a path of 108 bytes: at most 107 fit"
            ),
        ]
    )
    func faults(text: String, reason: String) {
        #expect(throws: SocketAddressError(text: text, reason: reason)) {
            try SocketAddress(text)
        }
    }

    @Test("of 107 bytes fit")
    func longest() throws {
        let text = "unix:/" + String(repeating: "x", count: 106)
        #expect(try SocketAddress(text).description == text)
        #expect(throws: SystemError("sockaddr_un", code: ENAMETOOLONG)) {
            let socket = try Socket.pair()
            let path = String(repeating: "x", count: 108)
            try SystemCalls.bind(socket.left.descriptor, to: .unix(path: path))
        }
    }

    @Test("are given another port, and know it")
    func ports() throws {
        #expect(try SocketAddress("[::1]:1").with(port: 2) == SocketAddress("[::1]:2"))
        #expect(SocketAddress.loopback(port: 1).with(port: 2).description == "127.0.0.1:2")
        #expect(SocketAddress.unix(path: "a").with(port: 2) == .unix(path: "a"))
        #expect(SocketAddress.unix(path: "a").port == nil)
    }
}

@Suite("Name resolution")
struct NameResolverTests {
    private static func machineKnowsLocalhost() throws -> Bool {
        let hosts = "/etc/hosts"
        guard FileManager.default.fileExists(atPath: hosts) else { return false }
        return try String(contentsOfFile: hosts, encoding: .utf8).contains("localhost")
    }

    @Test("finds addresses as text and local names, on its pool")
    func addresses() async throws {
        let pool = try WorkerPool(name: "blocking", threads: 1, maximumQueued: 8)
        defer { pool.stop() }
        let resolver = NameResolver(pool: pool)
        let four = try await resolver.resolve("192.0.2.7", port: 80)
        #expect(four.map(\.description) == ["192.0.2.7:80"])
        let six = try await resolver.resolve("2001:db8::7", port: 443)
        #expect(six.map(\.description) == ["[2001:db8::7]:443"])
        // A machine need not know its own name for this.
        guard try Self.machineKnowsLocalhost() else { return }
        let local = try await resolver.resolve("localhost", port: 1)
        #expect(!local.isEmpty && Set(local).count == local.count)
    }

    @Test("says why there is no address")
    func faults() async throws {
        let pool = try WorkerPool(name: "blocking", threads: 1, maximumQueued: 8)
        let resolver = NameResolver(pool: pool)
        await #expect(throws: NameResolutionError.self) {
            try await resolver.resolve("no..such..name", port: 80)
        }
        pool.stop()
        await #expect(throws: WorkerPoolError.stopped) {
            try await resolver.resolve("127.0.0.1", port: 80)
        }
    }
}
