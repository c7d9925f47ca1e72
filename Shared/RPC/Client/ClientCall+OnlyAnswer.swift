internal import HTTP2
internal import Net
public import Wire

/// The answer to a call that gives one message, in its binary form.
@usableFromInline
struct OnlyAnswer: Sendable {
    @usableFromInline let bytes: SharedBytes
    @usableFromInline let headers: Metadata
    @usableFromInline let trailers: Metadata
    @usableFromInline let isCompressed: Bool
}

// A call that gives one message is waited for once, until all of its answer has come.
extension ClientCall {
    /// Waits for the only message of an answer, on the loop; nothing of it has been read.
    func onlyAnswerOnLoop() async throws(RPCError) -> OnlyAnswer {
        while true {
            if !exchange.isBodyComplete {
                guard !exchange.hasReader else {
                    throw RPCError(.internalError, "two tasks read the answer of one call")
                }
                await collectAnswer()
            }
            do throws(RPCError) {
                return try takeOnlyAnswer()
            } catch {
                // What has begun to answer has done something.
                let mayRepeat = outcome == nil && answerFields == nil
                guard mayRepeat, try await makeAgain(after: error) else { throw end(error) }
            }
        }
    }

    /// Waits until all of the answer has come, or nothing more of it will.
    private func collectAnswer() async {
        exchange.beginCollectingBody(upTo: maximumBodyBytes)
        await withTaskCancellationHandler {
            while !exchange.isBodyComplete && exchange.end == nil && !exchange.hasReader {
                // Resumed by the next event of the exchange, of which its end is the last.
                unsafe await withUnsafeContinuation { unsafe exchange.wakeAtInput($0) }
            }
        } onCancel: {
            cancel()
        }
    }

    private var maximumBodyBytes: Int { maximumMessageBytes + MessageFrame.prefixCount }

    private func takeOnlyAnswer() throws(RPCError) -> OnlyAnswer {
        guard exchange.isBodyComplete else { throw lost() }
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

    /// What it means that the exchange has ended before the answer had.
    private func lost() -> RPCError {
        if let fields = exchange.answer, !AnswerReader.isStatusOnly(fields) {
            answerFields = fields
        }
        return ended(by: exchange.end ?? .connectionLost)
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
