internal import CLinux
internal import Glibc
internal import Wire

/// The system calls of this library: each is repeated when a signal interrupts it, and a failure
/// names the call.
///
/// Those that may find nothing to do return nil then, which on a busy server is no error.
enum SystemCalls {
    /// Repeats a call until no signal interrupts it.
    ///
    /// - Returns: what the call returned, never negative.
    @inline(__always)
    static func retrying(
        _ name: StaticString,
        _ body: () -> Int
    ) throws(SystemError) -> Int {
        while true {
            let result = body()
            if result >= 0 { return result }
            let code = errno
            if code != EINTR { throw SystemError("\(name)", code: code) }
        }
    }

    /// Like ``retrying(_:_:)``; nil where the call would have to wait.
    @inline(__always)
    private static func attempting(
        _ name: StaticString,
        _ body: () -> Int
    ) throws(SystemError) -> Int? {
        while true {
            let result = body()
            if result >= 0 { return result }
            let code = errno
            if code == EAGAIN || code == EWOULDBLOCK { return nil }
            if code != EINTR { throw SystemError("\(name)", code: code) }
        }
    }

    // MARK: Bytes

    /// Reads what is there.
    ///
    /// - Returns: the number of bytes, 0 at the end of the stream, nil if nothing is there yet.
    static func receive(
        _ descriptor: Int32,
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(SystemError) -> Int? {
        // The kernel writes at most the buffer's length.
        try attempting("recv") { unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0) }
    }

    /// Sends what the kernel takes, without a signal if the peer is gone.
    ///
    /// - Returns: the number of bytes taken, nil if the kernel has no room.
    static func send(_ descriptor: Int32, _ bytes: RawSpan) throws(SystemError) -> Int? {
        // The kernel reads the span's bytes during the call only.
        unsafe try bytes.withUnsafeBytes { (source) throws(SystemError) -> Int? in
            try attempting("send") {
                unsafe Glibc.send(
                    descriptor,
                    source.baseAddress,
                    source.count,
                    Int32(MSG_NOSIGNAL)
                )
            }
        }
    }

    /// Sends what the kernel takes of a chain, without a signal if the peer is gone.
    ///
    /// - Parameters:
    ///   - descriptor: a socket.
    ///   - chain: the bytes.
    ///   - offset: how many of them have been sent.
    /// - Returns: the number of bytes taken, nil if the kernel has no room.
    /// - Throws: ``SystemError`` if the connection is gone.
    static func send(
        _ descriptor: Int32,
        _ chain: borrowing OutputChain,
        from offset: Int
    ) throws(SystemError) -> Int? {
        if let bytes = chain.onlyPiece {
            return try send(descriptor, bytes.extracting(offset..<bytes.byteCount))
        }
        var taken: Result<Int?, SystemError> = .success(nil)
        unsafe withUnsafeTemporaryAllocation(of: iovec.self, capacity: mostPieces) { pieces in
            var count = 0
            chain.forEachPiece(from: offset) { piece in
                // The chain, which is borrowed, keeps its pieces where they are during the call.
                unsafe piece.withUnsafeBytes { bytes in
                    let start = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress)
                    let entry = unsafe iovec(iov_base: start, iov_len: bytes.count)
                    unsafe pieces.initializeElement(at: count, to: entry)
                }
                count += 1
                return count < mostPieces
            }
            var message = unsafe msghdr()
            unsafe message.msg_iov = pieces.baseAddress
            unsafe message.msg_iovlen = count
            do throws(SystemError) {
                // The kernel reads the pieces during the call only.
                taken = .success(
                    try attempting("sendmsg") {
                        unsafe sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
                    }
                )
            } catch {
                taken = .failure(error)
            }
        }
        return try taken.get()
    }

    /// How many pieces one call sends at most.
    private static let mostPieces = 64

    /// Closes a descriptor.
    ///
    /// Linux frees it whatever the call says, so it must not be repeated.
    static func close(_ descriptor: Int32) {
        _ = Glibc.close(descriptor)
    }

    // MARK: Sockets

    static func socket(family: Int32) throws(SystemError) -> Int32 {
        let kind = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        return Int32(try retrying("socket") { Int(Glibc.socket(family, Int32(kind), 0)) })
    }

    /// A pair of connected Unix sockets, neither of which blocks.
    static func socketPair() throws(SystemError) -> (Int32, Int32) {
        let kind = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        var pair: [2 of Int32] = [-1, -1]
        // The kernel writes two descriptors.
        _ = try retrying("socketpair") {
            var descriptors = pair.mutableSpan
            return unsafe descriptors.withUnsafeMutableBufferPointer {
                unsafe Int(socketpair(AF_UNIX, Int32(kind), 0, $0.baseAddress))
            }
        }
        return (pair[0], pair[1])
    }

    static func bind(_ descriptor: Int32, to address: SocketAddress) throws(SystemError) {
        unsafe try address.withKernelForm { pointer, length throws(SystemError) in
            // The kernel reads `length` bytes during the call only.
            _ = try retrying("bind") { unsafe Int(Glibc.bind(descriptor, pointer, length)) }
        }
    }

    static func listen(_ descriptor: Int32, backlog: Int32) throws(SystemError) {
        _ = try retrying("listen") { Int(Glibc.listen(descriptor, backlog)) }
    }

    /// Begins to connect.
    ///
    /// - Returns: whether the connection stands already; if not, the socket becomes writable when
    ///   it does or has failed.
    static func connect(
        _ descriptor: Int32,
        to address: SocketAddress
    ) throws(SystemError) -> Bool {
        unsafe try address.withKernelForm { pointer, length throws(SystemError) -> Bool in
            // The kernel reads `length` bytes during the call only. An interrupted connect goes on
            // by itself: calling it again would fail.
            if unsafe Glibc.connect(descriptor, pointer, length) == 0 { return true }
            let code = errno
            if code == EINPROGRESS || code == EINTR { return false }
            throw SystemError("connect", code: code)
        }
    }

    /// Takes the next connection of a listening socket.
    ///
    /// - Returns: its socket and peer, or nil if nobody waits.
    static func accept(
        _ descriptor: Int32
    ) throws(SystemError) -> (descriptor: Int32, peer: SocketAddress)? {
        let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        var accepted: Int?
        let peer = unsafe try SocketAddress.fromKernel { pointer, length throws(SystemError) in
            // The kernel writes at most `length` bytes.
            accepted = try attempting("accept4") {
                unsafe Int(accept4(descriptor, pointer, length, flags))
            }
        }
        return accepted.map { (Int32($0), peer) }
    }

    /// The address a socket is bound to.
    static func localAddress(_ descriptor: Int32) throws(SystemError) -> SocketAddress {
        unsafe try SocketAddress.fromKernel { pointer, length throws(SystemError) in
            // The kernel writes at most `length` bytes.
            _ = try retrying("getsockname") {
                unsafe Int(getsockname(descriptor, pointer, length))
            }
        }
    }

    /// Tells the peer that no more bytes follow.
    static func shutdownOutput(_ descriptor: Int32) throws(SystemError) {
        _ = try retrying("shutdown") { Int(shutdown(descriptor, Int32(SHUT_WR))) }
    }

    static func setOption(
        _ descriptor: Int32,
        level: Int32,
        name: Int32,
        to value: Int32
    ) throws(SystemError) {
        // The kernel reads the four bytes of the copy.
        _ = try retrying("setsockopt") {
            unsafe withUnsafePointer(to: value) {
                unsafe Int(
                    setsockopt(descriptor, level, name, $0, socklen_t(MemoryLayout<Int32>.size))
                )
            }
        }
    }

    /// Makes `close` reset the connection and drop what is unsent.
    static func setResetOnClose(_ descriptor: Int32) throws(SystemError) {
        // The kernel reads the copy's bytes.
        _ = try retrying("setsockopt") {
            unsafe withUnsafePointer(to: linger(l_onoff: 1, l_linger: 0)) {
                unsafe Int(
                    setsockopt(
                        descriptor,
                        SOL_SOCKET,
                        SO_LINGER,
                        $0,
                        socklen_t(MemoryLayout<linger>.size)
                    )
                )
            }
        }
    }

    /// The error the kernel keeps for a socket, 0 if none; reading clears it.
    static func pendingError(_ descriptor: Int32) -> Int32 {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        // The kernel writes at most `length` bytes into `code`.
        let result = unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
        return result == 0 ? code : errno
    }

    // MARK: Files

    /// The inode of a socket file, nil if no file is there.
    static func socketFile(_ path: String) throws(SystemError) -> (isSocket: Bool, inode: UInt)? {
        var status = stat()
        do {
            // The kernel fills `status`.
            _ = try retrying("lstat") { unsafe Int(lstat(path, &status)) }
        } catch  where error.code == ENOENT {
            return nil
        }
        return (status.st_mode & S_IFMT == S_IFSOCK, status.st_ino)
    }

    static func unlink(_ path: String) throws(SystemError) {
        _ = try retrying("unlink") { unsafe Int(Glibc.unlink(path)) }
    }

    // MARK: Waiting

    static func createPoll() throws(SystemError) -> Int32 {
        Int32(try retrying("epoll_create1") { Int(epoll_create1(Int32(EPOLL_CLOEXEC))) })
    }

    static func control(
        poll: Int32,
        operation: Int32,
        descriptor: Int32,
        events: UInt32,
        token: UInt64
    ) throws(SystemError) {
        var event = unsafe epoll_event()
        unsafe event.events = events
        unsafe event.data.u64 = token
        // The kernel reads the event during the call only.
        _ = try retrying("epoll_ctl") {
            unsafe Int(epoll_ctl(poll, operation, descriptor, &event))
        }
    }

    /// Waits for events; a signal counts as none.
    ///
    /// - Returns: how many were written; none also after an error, which a descriptor that is ours
    ///   and a buffer that exists cannot cause.
    static func wait(
        poll: Int32,
        into events: UnsafeMutableBufferPointer<epoll_event>,
        timeoutMilliseconds: Int32
    ) -> Int {
        // The kernel writes at most the buffer's count of events.
        let count = unsafe epoll_wait(
            poll,
            events.baseAddress,
            Int32(events.count),
            timeoutMilliseconds
        )
        return max(Int(count), 0)
    }

    static func createWakeDescriptor() throws(SystemError) -> Int32 {
        let flags = Int32(EFD_NONBLOCK | EFD_CLOEXEC)
        return Int32(try retrying("eventfd") { Int(eventfd(0, flags)) })
    }

    /// Makes a wake-up descriptor report an event.
    ///
    /// Its counter cannot overflow in practice: that takes 2^64 wake-ups.
    static func wake(_ descriptor: Int32) {
        var one: UInt64 = 1
        // The kernel reads eight bytes.
        _ = try? retrying("write") { unsafe write(descriptor, &one, 8) }
    }
}
