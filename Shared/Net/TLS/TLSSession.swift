internal import COpenSSL
public import Wire

/// One secure connection as a state machine without a socket: ciphertext in, plaintext out, and
/// the other way round.
///
/// A session belongs to one event loop and is used there only. The bytes of either direction may be
/// cut at any place. What a peer may cost is bounded: its handshake by ``handshakeByteLimit``, and
/// what it sends besides data afterwards (KeyUpdate, tickets, attempts to renegotiate, warnings) by
/// ``messageLimit`` for each ``messageLimitInterval`` bytes of data. Plaintext is never held back:
/// a call yields all that its ciphertext completes, and less than a record waits for the rest.
@safe
public final class TLSSession {
    /// The most ciphertext that a handshake may take, in bytes; a peer that sends more is refused.
    public static let handshakeByteLimit = 131_072
    /// How many messages besides data a peer may send per ``messageLimitInterval``.
    public static let messageLimit = 32
    /// After how many bytes of plaintext the count of messages starts anew.
    public static let messageLimitInterval = 1_048_576

    /// OpenSSL's `SSL`, freed by `deinit`.
    let handle: OpaquePointer
    let context: TLSContext
    let exchange = CiphertextExchange()

    /// The name that the peer's certificate has to carry.
    let serverName: String?

    /// The first bytes from the peer, at most five: they show what it speaks if that is not TLS.
    private(set) var opening: [UInt8] = []

    private var handshakeBytesLeft = handshakeByteLimit
    private var isHandshakeFinished = false
    private var plaintextUntilReset = messageLimitInterval

    /// Why the session is over; every later call fails in the same way.
    var failure: TLSError?

    /// Plaintext that waits for more, so that records are full, or for `takeCiphertext`.
    private var staged = OutputBuffer()
    private var isFinishing = false
    private var isCloseNotifyQueued = false

    /// Whether the peer has said that it will send no more (`close_notify`).
    ///
    /// A connection that ends without it was cut off, by an attacker perhaps.
    public private(set) var isPeerFinished = false

    private var knownPeer: PeerIdentity?

    /// Makes the accepting side of a connection.
    ///
    /// - Parameter context: a server's; another is a mistake that stops the process, as does a lack
    ///   of memory.
    public init(server context: TLSContext) {
        precondition(context.isServer, "a client's context makes no server")
        self.context = context
        serverName = nil
        unsafe handle = Self.makeHandle(context, exchange)
        unsafe SSL_set_accept_state(handle)
    }

    /// Makes the opening side of a connection, whose first flight is then ready to be taken.
    ///
    /// - Parameters:
    ///   - context: a client's; another is a mistake that stops the process, as does a lack of
    ///     memory.
    ///   - serverName: the DNS name or IP address that the server's certificate must carry among
    ///     its alternative names; the common name does not count. Without one, any certificate of
    ///     an authority that we trust is good: only for peers that are known by other means.
    /// - Throws: ``TLSError/configuration(file:reason:)`` if the name is none.
    public init(client context: TLSContext, serverName: String?) throws(TLSError) {
        precondition(!context.isServer, "a server's context makes no client")
        self.context = context
        self.serverName = serverName
        unsafe handle = Self.makeHandle(context, exchange)
        unsafe SSL_set_connect_state(handle)
        if let serverName { try expect(serverName) }
        try advanceHandshake()
    }

    deinit {
        // The BIO that points to `exchange` goes with it; no callback is called.
        unsafe SSL_free(handle)
    }

    @unsafe
    private static func makeHandle(
        _ context: TLSContext,
        _ exchange: CiphertextExchange
    ) -> OpaquePointer {
        OpenSSLError.clearQueue()
        // The session takes a reference of its own to the context.
        guard let handle = unsafe SSL_new(context.openSSL.handle),
            unsafe exchange.attach(to: handle)
        else { preconditionFailure("no memory for a TLS session") }
        return unsafe handle
    }

    // MARK: - State

    /// Whether data may be sent: the handshake is done, a protocol agreed on where one was asked
    /// for, and nothing has failed.
    public var isReady: Bool {
        isHandshakeFinished && failure == nil
    }

    /// Whom the peer's verified certificate names; nil before the handshake is finished, and for a
    /// client that was not asked for a certificate.
    public var peerCertificate: PeerIdentity? {
        if knownPeer == nil, isHandshakeFinished { knownPeer = readPeerCertificate() }
        return knownPeer
    }

    // MARK: - Receiving

    /// Takes what the peer has sent: feeds the handshake, or decrypts data.
    ///
    /// It may leave ciphertext to be taken, in particular the alert after an error. Bytes after the
    /// peer's `close_notify` are ignored.
    ///
    /// - Parameters:
    ///   - ciphertext: the next bytes, cut anywhere; all of them are consumed.
    ///   - plaintext: what they complete is appended to it, also if an error comes after.
    /// - Throws: any ``TLSError`` but those of configuration and sending; the session is over then.
    public func receive(
        _ ciphertext: RawSpan,
        plaintext: inout OutputBuffer
    ) throws(TLSError) {
        if let failure { throw failure }
        guard !ciphertext.isEmpty, !isPeerFinished else { return }
        if opening.count < 5 {
            opening += Array(copying: ciphertext.extracting(first: 5 - opening.count))
        }
        // OpenSSL reads the bytes through the exchange, during this call only.
        try unsafe ciphertext.withUnsafeBytes { bytes throws(TLSError) in
            defer { unsafe exchange.inbound = UnsafeRawBufferPointer(start: nil, count: 0) }
            unsafe exchange.inbound = bytes
            if !isHandshakeFinished {
                let share = unsafe bytes.prefix(handshakeBytesLeft)
                unsafe exchange.inbound = UnsafeRawBufferPointer(rebasing: share)
                try advanceHandshake()
                let used = unsafe share.count - exchange.inbound.count
                handshakeBytesLeft -= used
                guard isHandshakeFinished else { return try checkHandshakeLength() }
                unsafe exchange.inbound = UnsafeRawBufferPointer(rebasing: bytes[used...])
            }
            try decrypt(into: &plaintext)
        }
    }

    private func checkHandshakeLength() throws(TLSError) {
        guard handshakeBytesLeft == 0 else { return }
        throw fail(
            .protocolViolation(
                reason: "the peer's handshake exceeds \(Self.handshakeByteLimit) bytes"
            )
        )
    }

    private func advanceHandshake() throws(TLSError) {
        OpenSSLError.clearQueue()
        let status = unsafe SSL_do_handshake(handle)
        guard status == 1 else {
            switch unsafe SSL_get_error(handle, status) {
            case SSL_ERROR_WANT_READ:
                return
            case SSL_ERROR_ZERO_RETURN:
                isPeerFinished = true
                throw fail(.protocolViolation(reason: "the peer left during the handshake"))
            default:
                throw fail(reasonOfFailure())
            }
        }
        isHandshakeFinished = true
        exchange.messageCount = 0
        exchange.messageLimit = Self.messageLimit
        let ours = context.configuration.applicationProtocols
        guard ours.isEmpty || negotiatedProtocol.map(ours.contains) == true else {
            queueCloseNotify()
            throw fail(.noSharedProtocol(ours: ours))
        }
    }

    private func decrypt(into plaintext: inout OutputBuffer) throws(TLSError) {
        // A record yields less than its ciphertext; most calls bring a small one or many full ones.
        var room = unsafe Swift.min(Swift.max(exchange.inbound.count, 256), Self.recordBytes)
        while true {
            OpenSSLError.clearQueue()
            var status: Int32 = 0
            // OpenSSL writes at most `target.count` bytes and says how many.
            let count = unsafe plaintext.appendUninitialized(room) { target in
                var count = 0
                status = unsafe SSL_read_ex(handle, target.baseAddress, target.count, &count)
                return status == 1 ? count : 0
            }
            guard status == 1 else { return try settleRead(status) }
            restartCount(after: count)
            let pending = unsafe Int(SSL_pending(handle))
            if pending > 0 {
                room = pending
            } else if unsafe exchange.inbound.isEmpty {
                return
            }
        }
    }

    /// Notes that nothing could be read: no more for now, no more for good, or an error.
    private func settleRead(_ status: Int32) throws(TLSError) {
        switch unsafe SSL_get_error(handle, status) {
        case SSL_ERROR_WANT_READ:
            guard exchange.isFlooded else { return }
            queueCloseNotify()
            throw fail(
                .protocolViolation(
                    reason: "the peer sent more than \(Self.messageLimit) handshake messages or "
                        + "warnings within \(Self.messageLimitInterval) bytes of data"
                )
            )
        case SSL_ERROR_ZERO_RETURN:
            isPeerFinished = true
        default:
            throw fail(reasonOfFailure())
        }
    }

    private func restartCount(after count: Int) {
        plaintextUntilReset -= count
        guard plaintextUntilReset <= 0, !exchange.isFlooded else { return }
        plaintextUntilReset = Self.messageLimitInterval
        exchange.messageCount = 0
    }

    // MARK: - Sending

    /// The most plaintext of one record.
    private static let recordBytes = 16_384

    /// Whether data waits for the rest of a message of the handshake that the peer has begun, a
    /// ticket or a change of keys: after ``takeCiphertext(into:)`` nothing else is kept back.
    public var isBlocked: Bool { staged.count > 0 }

    /// Encrypts data, all of it, in as few records as can hold it.
    ///
    /// Runs of less than a record wait for the next call or for ``takeCiphertext(into:)``, so that
    /// many small frames sent one after another make one record.
    ///
    /// - Throws: ``TLSError/cannotSend(reason:)`` before ``isReady`` and after ``finish()``, or why
    ///   the session is over.
    public func send(_ plaintext: RawSpan) throws(TLSError) {
        if let failure { throw failure }
        guard isHandshakeFinished else {
            throw .cannotSend(reason: "the handshake is not finished")
        }
        guard !isFinishing else { throw .cannotSend(reason: "the session was finished") }
        var rest = plaintext
        if staged.count > 0 {
            let missing = (Self.recordBytes - staged.count % Self.recordBytes) % Self.recordBytes
            staged.append(rest.extracting(first: missing))
            rest = rest.extracting(droppingFirst: missing)
            if staged.count % Self.recordBytes == 0 { try encryptStaged() }
        }
        if staged.count == 0 {
            let whole = rest.byteCount - rest.byteCount % Self.recordBytes
            if whole > 0, try encrypt(rest.extracting(first: whole)) {
                rest = rest.extracting(droppingFirst: whole)
            }
        }
        staged.append(rest)
    }

    /// Queues `close_notify` after what was sent; nothing can be sent then, only received.
    ///
    /// It may be called at any time and repeatedly. Before the handshake is finished, TLS has no
    /// such message, and nothing is queued until it is.
    public func finish() {
        isFinishing = true
    }

    /// Appends what must go to the peer now, and forgets it.
    ///
    /// It is to be called after each ``receive(_:plaintext:)``, also one that failed, after sending
    /// and after ``finish()``, before the connection is closed. What a session keeps for the next
    /// call is at most 16 KiB, beside OpenSSL's own state and what was sent while ``isBlocked``.
    public func takeCiphertext(into output: inout OutputBuffer) {
        if isReady {
            do throws(TLSError) {
                if staged.count > 0 { try encryptStaged() }
                if isFinishing, staged.count == 0, !isCloseNotifyQueued { queueCloseNotify() }
            } catch {
                // `encrypt` has noted the failure, which the next call throws.
            }
        }
        exchange.handOver(to: &output)
    }

    private func encryptStaged() throws(TLSError) {
        var waiting = OutputBuffer()
        swap(&waiting, &staged)
        if try encrypt(waiting.bytes) {
            guard waiting.count <= CiphertextExchange.keptBytes else { return }
            waiting.removeAll()
        }
        swap(&waiting, &staged)
    }

    /// Writes plaintext as records.
    ///
    /// - Returns: false if nothing was written because the peer is in the middle of a message of
    ///   the handshake (a ticket, say): OpenSSL wants the rest of it first.
    private func encrypt(_ plaintext: RawSpan) throws(TLSError) -> Bool {
        let records = plaintext.byteCount / Self.recordBytes + 1
        exchange.reserve(plaintext.byteCount + records * Self.recordOverheadBytes)
        OpenSSLError.clearQueue()
        // OpenSSL reads the span only during the call; the exchange never makes it stop half-way.
        let status = unsafe plaintext.withUnsafeBytes { bytes in
            var count = 0
            return unsafe SSL_write_ex(handle, bytes.baseAddress, bytes.count, &count)
        }
        if status == 1 { return true }
        if unsafe SSL_get_error(handle, status) == SSL_ERROR_WANT_READ { return false }
        throw fail(reasonOfFailure())
    }

    /// Header, nonce of TLS 1.2, content type of TLS 1.3, and tag.
    private static let recordOverheadBytes = 5 + 8 + 1 + 16

    private func queueCloseNotify() {
        OpenSSLError.clearQueue()
        // 0: sent but not received yet; negative: in the middle of a message, to be tried again.
        isCloseNotifyQueued = unsafe SSL_shutdown(handle) >= 0
    }

    private func fail(_ error: TLSError) -> TLSError {
        failure = error
        return error
    }
}
