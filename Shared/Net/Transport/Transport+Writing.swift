internal import Wire

extension Transport {
    /// Sends what there is until the kernel has no room, nothing is left or others must be served.
    func flush() {
        var budget = configuration.writeLimitPerTurn
        var mayHaveMore = true
        while phase != .closed && phase != .lingering && !isWaitingForRoom {
            let output: OutputChain
            if let rest = unsent.take() {
                output = rest
            } else if mayHaveMore {
                output = fill(&mayHaveMore)
                if output.count == 0 || phase == .closed {
                    loop.outputs.put(output)
                    mayHaveMore = false
                    continue
                }
            } else {
                mayHaveMore = outputIsEmpty()
                if mayHaveMore { continue }
                return
            }
            budget -= send(output)
            if budget <= 0 {
                setNeedsFlush()
                return
            }
        }
    }

    /// Asks the handler, or the filter, for bytes.
    ///
    /// - Parameter mayHaveMore: set to whether asking again may give more.
    /// - Returns: bytes to send, possibly none.
    private func fill(_ mayHaveMore: inout Bool) -> OutputChain {
        let limit = configuration.outputLimit
        var output = loop.outputs.take()
        let asksHandler = phase == .open || phase == .flushing
        guard let filter else {
            if asksHandler { handler?.transportFill(&output, limit: limit) }
            mayHaveMore = output.load >= limit
            return output
        }
        mayHaveMore = false
        if asksHandler && filter.isReady && !filter.isBlocked && !isFilterFinished {
            var plaintext = loop.outputs.take()
            handler?.transportFill(&plaintext, limit: limit)
            mayHaveMore = plaintext.load >= limit
            if plaintext.count > 0 && phase != .closed {
                do {
                    try plaintext.forEachPiece { piece in
                        try filter.send(piece)
                        return true
                    }
                } catch {
                    fail(error)
                }
            }
            loop.outputs.put(plaintext)
        }
        if phase != .closed { output.append { filter.takeCiphertext(into: &$0) } }
        return output
    }

    /// Sends bytes and keeps those that the kernel does not take.
    ///
    /// - Returns: how many it took.
    private func send(_ output: consuming OutputChain) -> Int {
        let wanted = output.count - sentCount
        let taken: Int
        do {
            taken = try SystemCalls.send(descriptor, output, from: sentCount) ?? 0
        } catch {
            sendFailed(error)
            return 0
        }
        sentBytes += taken
        if taken == wanted {
            sentCount = 0
            loop.outputs.put(output)
        } else {
            sentCount += taken
            unsent = consume output
            isWaitingForRoom = true
            updateInterest()
        }
        return taken
    }

    /// The peer is gone; what it said before is still read.
    private func sendFailed(_ error: SystemError) {
        if wantsInput { read() }
        close(phase == .failing ? closeReason : .reset(error))
    }

    /// Everything the handler and the filter gave is sent.
    ///
    /// - Returns: whether to ask again.
    private func outputIsEmpty() -> Bool {
        switch phase {
        case .open:
            updateInterest()
        case .flushing:
            if let filter, filter.isReady, !isFilterFinished {
                isFilterFinished = true
                filter.finish()
                return true
            }
            linger()
        case .failing:
            linger()
        case .lingering, .closed:
            break
        }
        return false
    }
}
