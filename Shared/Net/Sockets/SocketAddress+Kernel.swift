internal import CLinux
internal import Glibc

extension SocketAddress {
    /// The kernel's number of the address family.
    var family: Int32 {
        switch self {
        case .ipv4: AF_INET
        case .ipv6: AF_INET6
        case .unix: AF_UNIX
        }
    }

    /// Lends the address as the kernel wants it; the pointer is valid during the call only.
    func withKernelForm<Result>(
        _ body: (UnsafePointer<sockaddr>, socklen_t) throws(SystemError) -> Result
    ) throws(SystemError) -> Result {
        switch self {
        case .ipv4(let address, let port):
            var form = sockaddr_in()
            form.sin_family = sa_family_t(AF_INET)
            form.sin_port = port.bigEndian
            form.sin_addr.s_addr = address.bigEndian
            return unsafe try Self.lend(form, count: MemoryLayout<sockaddr_in>.size, body)
        case .ipv6(let high, let low, let scope, let port):
            var form = sockaddr_in6()
            form.sin6_family = sa_family_t(AF_INET6)
            form.sin6_port = port.bigEndian
            form.sin6_addr = in6_addr(high: high, low: low)
            form.sin6_scope_id = scope
            return unsafe try Self.lend(form, count: MemoryLayout<sockaddr_in6>.size, body)
        case .unix(let path):
            guard (1...Self.longestPath).contains(path.utf8.count) else {
                throw SystemError("sockaddr_un", code: ENAMETOOLONG)
            }
            var form = sockaddr_un()
            form.sun_family = sa_family_t(AF_UNIX)
            // The path fits, and the rest of the field stays zero.
            unsafe withUnsafeMutableBytes(of: &form.sun_path) {
                unsafe $0.copyBytes(from: path.utf8)
            }
            return unsafe try Self.lend(form, count: MemoryLayout<sockaddr_un>.size, body)
        }
    }

    /// Lends one of the kernel's address structures, all of which begin like `sockaddr`.
    private static func lend<Form, Result>(
        _ form: Form,
        count: Int,
        _ body: (UnsafePointer<sockaddr>, socklen_t) throws(SystemError) -> Result
    ) throws(SystemError) -> Result {
        // The copy lives, and is large enough, for as long as the body runs.
        unsafe try withUnsafePointer(to: form) { (pointer) throws(SystemError) -> Result in
            unsafe try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                (pointer) throws(SystemError) -> Result in
                unsafe try body(pointer, socklen_t(count))
            }
        }
    }

    /// Reads an address that a system call writes; `.unix` without a path if it writes none.
    static func fromKernel(
        _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>)
            throws(SystemError) -> Void
    ) throws(SystemError) -> SocketAddress {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        // `sockaddr_storage` is large enough for every family, and begins like `sockaddr`.
        unsafe try withUnsafeMutablePointer(to: &storage) { (pointer) throws(SystemError) in
            unsafe try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                (pointer) throws(SystemError) in
                unsafe try body(pointer, &length)
            }
        }
        // The bytes are those of a plain C structure.
        return unsafe withUnsafeBytes(of: storage) {
            unsafe SocketAddress(kernelForm: $0, count: Int(length))
        }
    }

    /// Reads the kernel's form.
    ///
    /// - Parameters:
    ///   - bytes: an address structure, as long as the longest at least.
    ///   - count: how many of its bytes the kernel wrote.
    @unsafe
    init(kernelForm bytes: UnsafeRawBufferPointer, count: Int) {
        switch unsafe Int32(bytes.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET:
            let form = unsafe bytes.loadUnaligned(as: sockaddr_in.self)
            self = .ipv4(
                address: UInt32(bigEndian: form.sin_addr.s_addr),
                port: UInt16(bigEndian: form.sin_port)
            )
        case AF_INET6:
            let form = unsafe bytes.loadUnaligned(as: sockaddr_in6.self)
            let (high, low) = form.sin6_addr.words
            self = .ipv6(
                high: high,
                low: low,
                scope: form.sin6_scope_id,
                port: UInt16(bigEndian: form.sin6_port)
            )
        default:
            let path = unsafe bytes[..<max(count, 2)].dropFirst(2).prefix { $0 != 0 }
            self = unsafe .unix(path: String(decoding: path, as: UTF8.self))
        }
    }
}

extension in6_addr {
    /// Two words, the address's first byte on top of the first.
    init(high: UInt64, low: UInt64) {
        self.init()
        // Both are sixteen plain bytes.
        unsafe withUnsafeMutableBytes(of: &self) {
            unsafe $0.storeBytes(of: high.bigEndian, as: UInt64.self)
            unsafe $0.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
    }

    /// Two words, the address's first byte on top of the first.
    var words: (high: UInt64, low: UInt64) {
        // Both are sixteen plain bytes.
        unsafe withUnsafeBytes(of: self) {
            unsafe (
                UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }
}
