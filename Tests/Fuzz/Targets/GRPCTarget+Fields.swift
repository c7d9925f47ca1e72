import HTTP2
import RPC
import Wire

// The fields: of a request, of an answer, and what callers send beside.
extension GRPCTarget {
    /// The longest time that eight digits and a unit can say.
    private static let longest = Duration.seconds(99_999_999 * 3_600)

    /// A request is refused in a way that gRPC has, or its parameters are in range.
    func check(requestFields fields: HeaderBlock) {
        do throws(RequestParameters.Refusal) {
            let parameters = try RequestParameters(fields)
            precondition(fields.first("content-type") != nil, "taken without a content type")
            precondition(
                (parameters.timeout != nil) == (fields.first("grpc-timeout") != nil),
                "a timeout was lost, or made up"
            )
            precondition(
                parameters.compression.rawValue == fields["grpc-encoding"] ?? "identity",
                "another compression than the fields have"
            )
            if let timeout = parameters.timeout { check(timeout: timeout) }
        } catch {
            switch error {
            case .http(let status):
                precondition(status == "405" || status == "415", "refused with \(status)")
            case .rpc(let error):
                precondition(
                    error.code == .invalidArgument || error.code == .unimplemented,
                    "refused with \(error)"
                )
                check(message: error.message)
            }
        }
        for compression in Compression.allCases {
            let accepted = fields["grpc-accept-encoding"]
            if compression.isAccepted(by: accepted) && compression != .identity {
                precondition(accepted?.contains(compression.rawValue) == true, "not accepted")
            }
        }
    }

    /// A timeout is in range, and written and read again no shorter.
    private func check(timeout: Duration) {
        precondition((.zero...Self.longest).contains(timeout), "a timeout out of range")
        let text = CallTimeout.format(timeout)
        guard let again = CallTimeout.parse(text.utf8Span.span.asRawSpan) else {
            preconditionFailure("our timeout is refused: \(text)")
        }
        precondition(
            again >= timeout && again <= timeout + timeout / 100_000 + .nanoseconds(1),
            "\(timeout) came back as \(again)"
        )
    }

    /// Any duration is written as a timeout.
    func check(duration bytes: [UInt8]) {
        guard bytes.count >= 16 else { return }
        let span = bytes.rawBytes
        let seconds = Int64(truncatingIfNeeded: span.littleEndian(at: 0, as: UInt64.self))
        let attoseconds = Int64(truncatingIfNeeded: span.littleEndian(at: 8, as: UInt64.self))
        let duration = Duration(secondsComponent: seconds, attosecondsComponent: attoseconds)
        let text = CallTimeout.format(duration)
        guard let again = CallTimeout.parse(text.utf8Span.span.asRawSpan) else {
            preconditionFailure("our timeout is refused: \(text)")
        }
        precondition(again >= min(duration, Self.longest), "\(duration) came back as \(again)")
        precondition(again > .zero, "a timeout of nothing")
    }

    /// Any bytes may be a timeout, or the text of a status.
    func check(value: RawSpan) {
        if let timeout = CallTimeout.parse(value) { check(timeout: timeout) }
        let message = StatusMessage.decode(value)
        precondition(message.utf8.count <= 3 * value.byteCount, "a status message has grown")
        check(message: message)
        check(message: String(repairing: value))
    }

    /// A status message is sent as printable ASCII, and comes back, if cut then between characters.
    private func check(message: String) {
        let text = StatusMessage.encode(message)
        precondition(text.utf8.allSatisfy { (0x20...0x7e).contains($0) }, "sent as it is: \(text)")
        precondition(text.utf8.count <= 3 * StatusMessage.limit, "a long message was sent")
        let again = StatusMessage.decode(text.utf8Span.span.asRawSpan)
        precondition(
            message.utf8.count > StatusMessage.limit
                ? message.utf8.starts(with: again.utf8) : message.utf8.elementsEqual(again.utf8),
            "a status message changed"
        )
    }

    /// The fields that an answer begins or ends with give an error, or none; it can be passed on.
    func check(answerFields fields: HeaderBlock) {
        do throws(RPCError) {
            let compression = try AnswerReader.compression(fields)
            precondition(fields[":status"].flatMap { Int($0) } == 200, "taken without success")
            precondition(
                compression.rawValue == fields["grpc-encoding"] ?? "identity",
                "another compression than the fields have"
            )
        } catch {
            precondition(error.code != .ok, "an error that went well")
            check(message: error.message)
        }
        guard let error = AnswerReader.error(fields) else {
            precondition(fields["grpc-status"]?.allSatisfy { $0 == "0" } == true, "no status")
            return
        }
        let sent = AnswerFields.trailers(error, error.trailers)
        guard let again = AnswerReader.error(sent) else {
            preconditionFailure("an error was lost: \(error)")
        }
        precondition(again.code == error.code && again.origin == .peer, "another error")
        precondition(again.details == error.details, "the details changed")
        if error.message.utf8.count <= StatusMessage.limit {
            precondition(again.message.utf8.elementsEqual(error.message.utf8), "another message")
        }
        precondition(again.trailers.names == error.trailers.names, "trailers were lost")
    }

    /// Metadata that have come show none of the protocol's own, and can be passed on.
    func check(metadata fields: HeaderBlock) {
        let metadata = Metadata(received: fields)
        precondition(metadata.isEmpty == metadata.names.isEmpty, "empty with names")
        precondition(metadata.names.count <= fields.count, "fields were made up")
        var passed = HeaderBlock()
        metadata.append(to: &passed)
        let again = Metadata(received: passed)
        precondition(again.names == metadata.names, "a field was lost")
        for name in metadata.names {
            precondition(!Metadata.isReserved(name.utf8Span.span.asRawSpan), "shows \(name)")
            let values = metadata.values(name)
            precondition(again.values(name) == values, "a value changed")
            precondition(metadata[name] == values.first, "another value is first")
            check(values: values, metadata.bytes(name), of: name)
        }
    }

    /// What can be sent by a name comes as it was.
    private func check(values: [String], _ bytes: [[UInt8]], of name: String) {
        var sent = Metadata()
        if name.hasSuffix("-bin") {
            for value in bytes where (try? sent.add(name, bytes: value)) == nil { return }
            precondition(sent.bytes(name) == bytes, "bytes changed")
            return
        }
        let legal = values.filter { (try? sent.add(name, $0)) != nil }
        precondition(sent.values(name) == legal, "a value changed")
        precondition(sent.names == legal.map { _ in name }, "a name changed")
    }

    /// Any bytes can be sent, and come as they were, joined with others on the way or not.
    func check(sending bytes: [UInt8]) {
        var sent = Metadata()
        for _ in 0..<2 where (try? sent.add("x-bin", bytes: bytes)) == nil {
            preconditionFailure("bytes were refused")
        }
        precondition(sent.bytes("x-bin") == [bytes, bytes], "bytes changed")
        let joined: HeaderBlock = ["x-bin": sent.values("x-bin").joined(separator: ", ")]
        precondition(
            Metadata(received: joined).bytes("x-bin") == [bytes, bytes],
            "bytes changed where they were joined"
        )
    }
}
