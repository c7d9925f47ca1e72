internal import HTTP2
internal import Net
internal import Wire

/// The answer to a call that gives one message, in its binary form.
struct OnlyAnswer: Sendable {
    let bytes: SharedBytes
    let headers: Metadata
    let trailers: Metadata
    let isCompressed: Bool
}

// A call that gives one message is waited for once, until all of its answer has come.
extension ClientCall {
    /// Waits for the only message of an answer, on the loop; nothing of it has been read.
    func onlyAnswerOnLoop() async throws(RPCError) -> OnlyAnswer {
        while true {
            do throws(RPCError) {
                if !exchange.isBodyComplete { try await collectAnswer() }
                return try takeOnlyAnswer()
            } catch {
                // What has begun to answer has done something.
                let mayRepeat = outcome == nil && answerFields == nil
                guard mayRepeat, try await makeAgain(after: error) else { throw end(error) }
            }
        }
    }

    private func collectAnswer() async throws(RPCError) {
        try await cancellable { () async throws(RPCError) -> Void in
            do throws(HTTP2ExchangeError) {
                try await exchange.collectBody(upTo: maximumBodyBytes)
            } catch {
                if let fields = exchange.answer, !AnswerReader.isStatusOnly(fields) {
                    answerFields = fields
                }
                throw ended(by: error)
            }
        }
    }

    private var maximumBodyBytes: Int { maximumMessageBytes + MessageFrame.prefixCount }

    private func takeOnlyAnswer() throws(RPCError) -> OnlyAnswer {
        guard let fields = exchange.answer else {
            throw RPCError(.internalError, "the answer has a body and no header fields")
        }
        do throws(RPCError) {
            answerCompression = try AnswerReader.compression(fields)
        } catch {
            exchange.reset(.cancel)
            throw error
        }
        // An answer that is only a status commits nobody to anything.
        if AnswerReader.isStatusOnly(fields), let error = AnswerReader.error(fields) { throw error }
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
        let message = try onlyMessage(in: bytes)
        let ending = Metadata(received: trailers)
        succeed(with: ending)
        return OnlyAnswer(
            bytes: message,
            headers: Metadata(received: fields),
            trailers: ending,
            isCompressed: isLastCompressed
        )
    }

    private func onlyMessage(in bytes: SharedBytes) throws(RPCError) -> SharedBytes {
        let frame: MessageReader.Frame
        do throws(MessageReader.Fault) {
            frame = try MessageReader.onlyFrame(in: bytes, limit: maximumMessageBytes)
        } catch .missing {
            throw RPCError(.internalError, "the call ended well without an answer")
        } catch .surplus {
            throw RPCError(.internalError, "the call has more than one answer")
        } catch {
            throw RPCError(error)
        }
        return try unfold(frame)
    }
}
