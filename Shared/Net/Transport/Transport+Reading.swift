internal import Wire

extension Transport {
    /// Whether to take bytes from the kernel.
    var wantsInput: Bool {
        switch phase {
        case .open, .flushing: !isReadingPaused && !hasToldReadEnded
        case .lingering: !hasInputEnded
        case .failing, .closed: false
        }
    }

    /// Takes what the kernel has, up to the limit of a turn; the loop reports the rest again.
    func read() {
        var budget = configuration.readLimitPerTurn
        while budget > 0 && wantsInput {
            let taken: Int?
            do {
                taken = try loop.readBuffer.fill(from: descriptor)
            } catch {
                close(phase == .lingering ? closeReason : .reset(error))
                return
            }
            guard let count = taken else { return }
            if count == 0 {
                inputEnded()
                return
            }
            budget -= count
            if phase != .lingering { receive(count) }
            // A read that does not fill the buffer has emptied the kernel's.
            if count < ReadBuffer.size { return }
        }
    }

    private func receive(_ count: Int) {
        let buffer = loop.readBuffer
        guard let filter else {
            handler?.transportReceived(buffer.bytes(count))
            return
        }
        var plaintext = loop.plaintexts.take()
        var failure: (any Error)?
        do {
            try filter.receive(buffer.bytes(count), plaintext: &plaintext)
        } catch {
            failure = error
        }
        // What came before the fault is good.
        if plaintext.count > 0 { handler?.transportReceived(plaintext.bytes) }
        loop.plaintexts.put(plaintext)
        if let failure {
            fail(failure)
        } else if phase != .closed {
            if filter.isPeerFinished { tellReadEnded() }
            setNeedsFlush()
        }
    }

    private func inputEnded() {
        hasInputEnded = true
        if phase == .lingering {
            close(closeReason)
        } else if let filter, !filter.isReady {
            close(.peerClosed)
        } else {
            tellReadEnded()
        }
    }

    private func tellReadEnded() {
        guard !hasToldReadEnded else { return }
        hasToldReadEnded = true
        updateInterest()
        handler?.transportReadEnded()
    }

    /// The connection is gone in both directions while nothing is being read.
    func hangUp() {
        if hasToldReadEnded || phase == .failing {
            close(phase == .failing ? closeReason : .peerClosed)
        } else if unsent != nil {
            // Sending says what has happened.
            isWaitingForRoom = false
            flush()
            suspendWatch()
        } else {
            // What has come is read when reading is resumed.
            suspendWatch()
        }
    }
}
