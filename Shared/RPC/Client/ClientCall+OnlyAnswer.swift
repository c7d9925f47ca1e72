internal import HTTP2
internal import Net
internal import Wire

/// The answer to a call that gives one message, in its binary form.
@usableFromInline
struct OnlyAnswer: Sendable {
    @usableFromInline let frame: MessageReader.Frame
    @usableFromInline let decoder: MessageDecoder
    @usableFromInline let headers: Metadata
    @usableFromInline let trailers: Metadata
}

// A call that gives one message is waited for once, until all of its answer has come.
extension ClientCall {
    /// Waits for the only message of an answer, of which nothing has been read.
    ///
    /// It is called on the loop. That the task will come back there is not asked before, as that
    /// costs every call: one that belongs elsewhere is sent to the loop when it has waited.
    func onlyAnswerOnLoop() async throws(RPCError) -> OnlyAnswer {
        if !exchange.isBodyComplete {
            try beginCollectingBody()
            await withTaskCancellationHandler {
                // Resumed when all of the body has come, or nothing more of it will.
                unsafe await withUnsafeContinuation { unsafe exchange.wakeAtBodyEnd($0) }
            } onCancel: {
                cancel()
            }
        }
        guard loop.isCurrent else {
            return try await loop.visit { () async throws(RPCError) -> OnlyAnswer in
                try await onlyAnswerOnLoop()
            }
        }
        do throws(RPCError) {
            return try takeOnlyAnswer()
        } catch {
            // What has begun to answer has done something.
            guard outcome == nil && answerFields == nil else { throw end(error) }
            return try await loop.visit { () async throws(RPCError) -> OnlyAnswer in
                guard try await makeAgain(after: error) else { throw end(error) }
                return try await onlyAnswerOnLoop()
            }
        }
    }

    private func beginCollectingBody() throws(RPCError) {
        guard !exchange.hasReader else {
            throw RPCError(.internalError, "two tasks read the answer of one call")
        }
        exchange.beginCollectingBody(upTo: maximumBodyBytes, length: MessageFrame.bodyCount)
    }

    private var maximumBodyBytes: Int { maximumMessageBytes + MessageFrame.prefixCount }

    private func takeOnlyAnswer() throws(RPCError) -> OnlyAnswer {
        // What comes when the caller has given up, or was told so, is no answer any more.
        guard exchange.isBodyComplete, isRunning else { throw lost() }
        guard let fields = exchange.answer else {
            throw RPCError(.internalError, "the answer has a body and no header fields")
        }
        try accept(fields)
        answerFields = fields
        let bytes: SharedBytes
        do throws(HTTP2ExchangeError) {
            bytes = try exchange.takeBody(upTo: maximumBodyBytes)
        } catch {
            exchange.reset(.cancel)
            throw RPCError.tooLarge(limit: maximumMessageBytes)
        }
        let trailers = exchange.trailers ?? fields
        if let error = AnswerReader.error(trailers) { throw error }
        let frame = try onlyFrame(in: bytes)
        isLastCompressed = frame.isCompressed
        let ending = Metadata(received: trailers)
        succeed(with: ending)
        return OnlyAnswer(
            frame: frame,
            decoder: decoder,
            headers: Metadata(received: fields),
            trailers: ending
        )
    }

    /// What it means that the exchange has ended before the answer had.
    private func lost() -> RPCError {
        if let fields = exchange.answer, !AnswerReader.isStatusOnly(fields) {
            answerFields = fields
        }
        return ended(by: exchange.end ?? .connectionLost)
    }

    private func onlyFrame(in bytes: SharedBytes) throws(RPCError) -> MessageReader.Frame {
        do throws(MessageReader.Fault) {
            return try MessageReader.onlyFrame(in: bytes, limit: maximumMessageBytes)
        } catch .missing {
            throw RPCError(.internalError, "the call ended well without an answer")
        } catch .surplus {
            throw RPCError(.internalError, "the call has more than one answer")
        } catch {
            throw RPCError(error)
        }
    }
}
