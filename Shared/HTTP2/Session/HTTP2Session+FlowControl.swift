internal import CNghttp2
public import Wire

extension HTTP2Session {
    /// Bodies of at most this many bytes are the taker's own at once: they count against no window
    /// and no budget once taken.
    private static let smallBody = 1_024
    /// For how many times the bytes that have come room is made; what nothing is written to costs
    /// no memory.
    private static let mostRoom = 64

    /// Takes what has come of a body.
    ///
    /// Unless it is small, the stream's window opens again, and the budget is relieved, when the
    /// last slice of the bytes has been released, on whatever thread that is.
    ///
    /// - Parameter stream: the stream; a closed one still gives what had come.
    /// - Returns: the bytes since the last time; nil if there are none.
    public func takeBody(of stream: HTTP2Stream) -> SharedBytes? {
        let count = stream.received.count
        guard count > 0 else { return nil }
        var taken = OutputBuffer()
        swap(&taken, &stream.received)
        stream.receivedRoom = 0
        let credit = stream.uncredited
        stream.uncredited = 0
        stream.awaitedInput = 0
        if count <= Self.smallBody {
            stream.budget.release(count)
            returnCredit(credit, of: stream)
            return SharedBytes(adopting: taken)
        }
        let (budget, id, returned) = (stream.budget, stream.id, returnedCredit)
        return SharedBytes(adopting: taken) {
            budget.release(count)
            if credit > 0 { returned.give(back: credit, of: id) }
        }
    }

    /// How many bytes a body will have, as its first bytes say; nil if they do not say it yet.
    public typealias BodyLength = @Sendable (RawSpan) -> Int?

    /// Has a body gathered in one piece, and told when it ends or passes the limit afterwards.
    ///
    /// Its window stays open, however large it is, as long as memory is not tight. Call it when the
    /// request or response is told, before any of the body was taken.
    ///
    /// - Parameters:
    ///   - stream: the stream.
    ///   - limit: the most bytes; with more ``HTTP2Stream/isBodyTooLarge`` is set and the rest is
    ///     dropped.
    ///   - length: tells how much room to make for the body; nil if it grows as it comes.
    public func collectBody(
        of stream: HTTP2Stream,
        upTo limit: Int,
        length: BodyLength? = nil
    ) {
        askForBody(of: stream)
        stream.collectLimit = limit
        stream.collectLength = length
        if stream.availableInput > limit { stream.isBodyTooLarge = true }
        creditCollected(stream)
    }

    /// Makes room for a body at once, if it is known how long it will be, instead of moving it
    /// again and again as it grows; in steps, so that nobody gets much memory by a promise.
    func makeRoom(for bytes: RawSpan, on stream: HTTP2Stream) {
        let arrived = stream.received.count + bytes.byteCount
        guard arrived > Self.smallBody, arrived > stream.receivedRoom else { return }
        let wanted = lengthOfBody(of: stream, beginningWith: bytes)
        if stream.receivedRoom == 0 { openWindow(of: stream, to: wanted) }
        let room = min(wanted, arrived * Self.mostRoom)
        guard room > arrived else { return }
        stream.received.reserve(room - stream.received.count)
        stream.receivedRoom = room
    }

    /// Lets a body that is collected come at once instead of in steps of the usual window; the
    /// connection's window still bounds what comes before memory is seen to be tight.
    private func openWindow(of stream: HTTP2Stream, to length: Int) {
        guard stream.collectLimit != nil, length > configuration.streamWindow,
            !stream.budget.isTight
        else { return }
        setWindow(of: stream, to: length)
    }

    /// How many bytes are wanted in one piece, as far as that is known; else 0.
    private func lengthOfBody(of stream: HTTP2Stream, beginningWith bytes: RawSpan) -> Int {
        guard let limit = stream.collectLimit else { return stream.awaitedInput }
        guard let length = stream.collectLength else { return 0 }
        if stream.received.count == 0 { return min(length(bytes) ?? 0, limit) }
        // Borrowed for the call: a view of what an object holds cannot be lent to a closure.
        var received = OutputBuffer()
        swap(&received, &stream.received)
        defer { swap(&received, &stream.received) }
        return min(length(received.bytes) ?? 0, limit)
    }

    /// Puts bytes back that were taken and not used, before what has come since.
    ///
    /// They are copied, and count against the budget again; their window stays open.
    ///
    /// - Parameters:
    ///   - bytes: the last of the bytes that were taken.
    ///   - stream: the stream that they were taken of.
    public func putBack(_ bytes: SharedBytes, on stream: HTTP2Stream) {
        var received = OutputBuffer(minimumCapacity: bytes.count + stream.received.count)
        received.append(bytes.bytes)
        received.append(stream.received.bytes)
        stream.received = received
        stream.receivedRoom = 0
        stream.budget.transfer(bytes.count)
    }

    /// Has input told only when so much has come that a message in it is whole, or its end.
    ///
    /// The window stays open until then, however many bytes are awaited, as long as memory is not
    /// tight: a message may be larger than it. It counts until the next ``takeBody(of:)``.
    ///
    /// - Parameters:
    ///   - count: how many bytes must be there to be taken.
    ///   - stream: the stream.
    public func awaitInput(_ count: Int, of stream: HTTP2Stream) {
        askForBody(of: stream)
        stream.awaitedInput = count
        if stream.availableInput < count { creditCollected(stream) }
    }

    /// Has a stream's body count against an account from now on, what has come and was not taken
    /// included.
    ///
    /// - Parameters:
    ///   - stream: the stream.
    ///   - account: a budget within that of the process.
    /// - Returns: false if the account has no room for what has come; nothing is changed then.
    public func charge(_ stream: HTTP2Stream, to account: MemoryBudget) -> Bool {
        let count = stream.received.count
        guard account.reserve(count) else { return false }
        stream.budget.release(count)
        stream.budget = account
        return true
    }

    /// Sets how many bytes of a body may be on their way on one stream, in 0…2,147,483,647.
    public func setWindow(of stream: HTTP2Stream, to count: Int) {
        guard stream.isOpen else { return }
        // Fails only for numbers out of range, or if the stream is closed already.
        unsafe nghttp2_session_set_local_window_size(
            session,
            UInt8(NGHTTP2_FLAG_NONE.rawValue),
            stream.id,
            Int32(clamping: max(0, count))
        )
    }

    // MARK: Credit

    /// Forgets what has come of a body and was not taken.
    func dropInput(of stream: HTTP2Stream) {
        let count = stream.received.count
        stream.received = OutputBuffer()
        stream.receivedRoom = 0
        stream.budget.release(count)
        creditCollected(stream)
    }

    /// Opens the window for bytes that stay in the stream's own buffer.
    func creditCollected(_ stream: HTTP2Stream) {
        let credit = stream.uncredited
        stream.uncredited = 0
        returnCredit(credit, of: stream)
    }

    /// Opens the windows of a stream and of the connection again, or notes that it is to be done
    /// when memory is less tight.
    func returnCredit(_ count: Int, of stream: HTTP2Stream) {
        guard count > 0 else { return }
        guard stream.isOpen else { return returnConnectionCredit(count) }
        if stream.budget.isTight {
            stream.withheldCredit += count
            stream.withheldSince = stream.withheldSince ?? timing.now
            isCreditWithheld = true
            return
        }
        stream.withheldSince = nil
        // Both fail only if the peer overran the window, which nghttp2 has answered by then.
        unsafe nghttp2_session_consume(session, stream.id, count)
    }

    /// Opens the connection's window for bytes of no open stream.
    func returnConnectionCredit(_ count: Int) {
        guard count > 0 else { return }
        if budget.isTight {
            withheldCredit += count
            isCreditWithheld = true
            return
        }
        unsafe nghttp2_session_consume_connection(session, count)
    }

    /// Takes in credit from other threads, and what was withheld if memory is not tight any more.
    func collectReturnedCredit() {
        for entry in returnedCredit.take() {
            let user = unsafe nghttp2_session_get_stream_user_data(session, entry.stream)
            if let user = unsafe user {
                // The table holds each stream that nghttp2 still finds.
                let stream = unsafe Unmanaged<HTTP2Stream>.fromOpaque(user).takeUnretainedValue()
                returnCredit(entry.count, of: stream)
            } else {
                returnConnectionCredit(entry.count)
            }
        }
        if isCreditWithheld { releaseWithheldCredit() }
    }

    private func releaseWithheldCredit() {
        isCreditWithheld = false
        let connection = withheldCredit
        withheldCredit = 0
        returnConnectionCredit(connection)
        for stream in streams where stream.withheldCredit > 0 {
            let credit = stream.withheldCredit
            stream.withheldCredit = 0
            returnCredit(credit, of: stream)
        }
    }
}
