import RPC
import Wire

// The body: messages behind prefixes, some of them folded.
extension GRPCTarget {
    /// What was found in a body.
    private struct Findings: Equatable {
        var flags: [Bool] = []
        var messages: [[UInt8]] = []
        var fault: MessageReader.Fault?
    }

    /// What is found depends on the bytes and not on how they are cut, and is what they say.
    func check(messages body: [UInt8]) {
        let found = read(body, step: max(1, body.count))
        precondition(found == read(body, step: step), "the cut changes what is found")
        precondition(found == parse(body), "other messages than the bytes have")
        for (isCompressed, message) in zip(found.flags, found.messages) where isCompressed {
            check(unfolding: message)
        }
    }

    /// Plays the stream: keeps what is put back, and gives at least what is needed.
    private func read(_ body: [UInt8], step: Int) -> Findings {
        var findings = Findings()
        var reader = MessageReader(limit: limit)
        var kept: [UInt8] = []
        var position = 0
        do throws(MessageReader.Fault) {
            while true {
                while let frame = try reader.next() {
                    precondition(frame.bytes.count <= limit, "a message beyond the limit")
                    findings.flags.append(frame.isCompressed)
                    findings.messages.append(Array(copying: frame.bytes.bytes))
                }
                let needed = reader.needed
                precondition(
                    (MessageFrame.prefixCount...MessageFrame.prefixCount + limit).contains(needed),
                    "waits for more than a message may have"
                )
                let rest = reader.takeRest()
                precondition(reader.isEmpty, "keeps what no budget knows of")
                kept = rest.map { Array(copying: $0.bytes) } ?? []
                precondition(kept.count < needed, "a whole message was left")
                while kept.count < needed && position < body.count {
                    let end = min(position + step, body.count)
                    kept += body[position..<end]
                    position = end
                }
                if kept.isEmpty { return findings }
                try reader.read(SharedBytes(kept))
            }
        } catch {
            findings.fault = error
            return findings
        }
    }

    /// The same from the whole body, as the protocol's text has it.
    private func parse(_ body: [UInt8]) -> Findings {
        var findings = Findings()
        var rest = body[...]
        while !rest.isEmpty {
            guard rest.count >= 5 else {
                findings.fault = .truncated
                return findings
            }
            let prefix = Array(rest.prefix(5))
            let count = prefix[1...].reduce(0) { $0 << 8 | Int($1) }
            if prefix[0] > 1 { findings.fault = .unknownFlag(prefix[0]) }
            if prefix[0] <= 1 && count > limit { findings.fault = .tooLarge(count, limit: limit) }
            if findings.fault == nil && rest.count < 5 + count { findings.fault = .truncated }
            if findings.fault != nil { return findings }
            findings.flags.append(prefix[0] == 1)
            findings.messages.append(Array(rest.dropFirst(5).prefix(count)))
            rest = rest.dropFirst(5 + count)
        }
        return findings
    }

    /// What unfolds is within the limit, and folds and unfolds again as itself.
    private func check(unfolding message: [UInt8]) {
        guard case .success(let unfolded) = unfold(SharedBytes(message), limit: limit) else {
            return
        }
        precondition(unfolded.count <= limit, "unfolded beyond the limit")
        check(folding: unfolded)
    }

    /// A message that is folded in its frame unfolds as itself, and to no more than the limit.
    func check(folding message: [UInt8]) {
        let frame = MessageFrame.make { $0.append(message.rawBytes) }
        var reader = MessageReader(limit: Int(UInt32.max))
        do {
            try reader.read(MessageFrame.compress(frame))
            guard let folded = try reader.next(), folded.isCompressed, reader.isEmpty else {
                preconditionFailure("what we fold is not one frame")
            }
            let again = unfold(folded.bytes, limit: message.count)
            precondition(again == .success(message), "folding changed a message")
            let limit = message.count - 1
            guard limit >= 0 else { return }
            let cut = unfold(folded.bytes, limit: limit)
            precondition(cut == .failure(.tooLarge(limit: limit)), "unfolded beyond the limit")
        } catch {
            preconditionFailure("what we fold is refused: \(error)")
        }
    }

    private func unfold(_ folded: SharedBytes, limit: Int) -> Result<[UInt8], Gzip.Fault> {
        do throws(Gzip.Fault) {
            let message = try Gzip.decompress(folded.bytes, limit: limit)
            return .success(Array(copying: message.bytes))
        } catch {
            return .failure(error)
        }
    }
}
