internal import Net
public import Wire

/// Where a call goes on, and with what.
public struct ForwardedCall: Sendable {
    /// Leads to the service that has the method.
    public let channel: any RPCChannel
    /// What goes with the call.
    public let options: CallOptions
    /// Gives answers again that were fetched before, of a method with one request and one answer;
    /// nil if each call goes on.
    package var answers: (any ForwardedAnswers)?
    /// Which fields of the service's answer the caller gets, by name.
    let passes: @Sendable (RawSpan) -> Bool
    /// The most bytes that a message of the caller may have.
    fileprivate(set) var requestLimit = Int.max

    /// A destination.
    ///
    /// - Parameters:
    ///   - channel: leads to the service that has the method.
    ///   - options: what goes with the call.
    ///   - passes: says of the name of a field in the service's answer whether the caller gets it.
    public init(
        _ channel: any RPCChannel,
        _ options: CallOptions,
        passes: @escaping @Sendable (RawSpan) -> Bool
    ) {
        self.channel = channel
        self.options = options
        self.passes = passes
    }
}

extension RPCMethod {
    /// A method that another service has: messages go there and back as they are, not looked into.
    ///
    /// Compressed messages of the caller are unfolded, so that the limits hold for what is in them.
    /// A status of the service is the caller's; a connection that is lost is UNAVAILABLE, and an
    /// answer that is none INTERNAL.
    ///
    /// - Parameters:
    ///   - schema: the method's table.
    ///   - limit: the most bytes that a message of the caller may have.
    ///   - destination: says of a call, on its loop, where it goes.
    /// - Returns: the method.
    public static func forwarding(
        _ schema: MethodSchema,
        upTo limit: Int,
        to destination: @escaping @Sendable (ServerCall) throws -> ForwardedCall
    ) -> RPCMethod {
        RPCMethod(schema) { call in
            var forwarded = try destination(call)
            forwarded.requestLimit = limit
            do {
                switch schema.streaming {
                case .none: try await call.forwardUnary(to: forwarded)
                case .server: try await call.forwardOne(to: forwarded)
                case .client: try await call.forwardMany(to: forwarded)
                case .both: try await call.forwardBoth(to: forwarded)
                }
            } catch let error as RPCError {
                throw error.passedOn(forwarded.passes)
            }
        }
    }
}

extension ServerCall {
    /// The only message of the caller, unfolded.
    private func onlyMessage(upTo limit: Int) async throws -> FramedMessage {
        if !isRequestComplete { try await collectRequest() }
        let message = try await decoder.unfolded(try takeOnlyFrame())
        guard message.count <= limit else { throw RPCError.tooLarge(limit: limit) }
        try expectRunning()
        return FramedMessage(frame: MessageFrame.make(of: message))
    }

    fileprivate func forwardUnary(to forwarded: ForwardedCall) async throws {
        let message = try await onlyMessage(upTo: forwarded.requestLimit)
        if let answers = forwarded.answers {
            return try await finish(with: answers, message, forwarded)
        }
        let answer = try await forwarded.channel.prepare(
            method.schema,
            sending: message,
            options: forwarded.options
        ).onlyAnswer()
        try await finish(with: answer, forwarded)
    }

    fileprivate func forwardOne(to forwarded: ForwardedCall) async throws {
        let message = try await onlyMessage(upTo: forwarded.requestLimit)
        let onward = try await forwarded.channel.prepare(
            method.schema,
            sending: message,
            options: forwarded.options
        ).begin()
        try await passAnswers(of: onward, forwarded)
    }

    fileprivate func forwardMany(to forwarded: ForwardedCall) async throws {
        let onward = try await beginMany(forwarded)
        try await finish(with: try await onward.onlyAnswer(), forwarded)
    }

    fileprivate func forwardBoth(to forwarded: ForwardedCall) async throws {
        try await passAnswers(of: try await beginMany(forwarded), forwarded)
    }

    /// Begins a call whose messages follow those of the caller.
    private func beginMany(_ forwarded: ForwardedCall) async throws -> ClientCall {
        let onward = try await forwarded.channel.prepare(
            method.schema,
            sending: nil,
            options: forwarded.options
        ).begin()
        // It ends with the caller's last message or stream: nobody need wait for it.
        _ = Task.immediate(executorPreference: loop) {
            await passRequests(to: onward, upTo: forwarded.requestLimit)
        }
        return onward
    }

    /// Sends what the caller sends, as it comes.
    private func passRequests(to onward: ClientCall, upTo limit: Int) async {
        while true {
            let message: SharedBytes?
            do {
                if let frame = try await nextFrame() {
                    let unfolded = try await decoder.unfolded(frame)
                    guard unfolded.count <= limit else { throw RPCError.tooLarge(limit: limit) }
                    message = unfolded
                } else {
                    message = nil
                }
            } catch {
                fail(error as? RPCError ?? .fault("\(error)"))
                return onward.cancel()
            }
            guard let message else { return await onward.finishSending() }
            do throws(RPCError) {
                try await onward.send(MessageFrame.make(of: message), isCompressed: false)
            } catch {
                // The service takes no more: whoever reads its answer is told why.
                return
            }
        }
    }

    /// Sends what the service sends, as it comes.
    private func passAnswers(of onward: ClientCall, _ forwarded: ForwardedCall) async throws {
        do {
            headers.append(try await onward.headers().filtered(by: forwarded.passes))
            try sendHeaders()
            while let message = try await onward.nextEncoded() {
                let frame = MessageFrame.make(of: message)
                if isLong(frame) {
                    try await send(translated: try await translated(frame))
                } else {
                    try await send(frame, isCompressed: false)
                }
            }
        } catch {
            onward.cancel()
            throw error
        }
        if let ending = await onward.trailers {
            trailers.append(ending.filtered(by: forwarded.passes))
        }
    }

    /// Whether a message of the answer takes long to translate.
    private func isLong(_ frame: SharedBytes) -> Bool {
        exchange.isTranslating && frame.count > MessageDecoder.quickBytes
    }

    /// A long message in the form in which the caller gets it, translated beside the loop.
    private func translated(_ frame: SharedBytes) async throws -> SharedBytes {
        let exchange = exchange
        return try await decoder.pool.runBeside { try exchange.translated(frame) }
    }

    /// Sends an answer that may have been fetched before.
    private func finish(
        with answers: any ForwardedAnswers,
        _ message: FramedMessage,
        _ forwarded: ForwardedCall
    ) async throws {
        let (schema, frame) = (method.schema, message.bytes)
        let request = frame.extracting(MessageFrame.prefixCount..<frame.count)
        let answer = try await answers.answer(to: request, of: self) {
            try await ForwardedAnswer(
                try await forwarded.channel.prepare(
                    schema,
                    sending: message,
                    options: forwarded.options
                ).onlyAnswer(),
                forwarded.passes
            )
        }
        try await finish(with: answer.message, answer.headers, answer.trailers)
    }

    /// Sends the service's only message.
    private func finish(with answer: OnlyAnswer, _ forwarded: ForwardedCall) async throws {
        try await finish(
            with: try await answer.decoder.unfolded(answer.frame),
            answer.headers.filtered(by: forwarded.passes),
            answer.trailers.filtered(by: forwarded.passes)
        )
    }

    private func finish(
        with message: SharedBytes,
        _ opening: Metadata,
        _ ending: Metadata
    ) async throws {
        headers.append(opening)
        trailers.append(ending)
        let frame = MessageFrame.make(of: message)
        guard isLong(frame) else { return try finish(with: frame) }
        finish(sending: try await translated(frame))
    }
}

extension RPCError {
    /// What the caller of a gateway is told of a failure of a call that was passed on.
    ///
    /// - Parameter passes: which of the service's fields the caller gets.
    /// - Returns: an error of this process.
    fileprivate func passedOn(_ passes: (RawSpan) -> Bool) -> RPCError {
        switch origin {
        case .local:
            return self
        case .peer:
            return RPCError(
                code,
                message,
                details: details,
                logMessage: logMessage,
                trailers: trailers.filtered(by: passes)
            )
        case .inferred where code == .unavailable || code == .resourceExhausted:
            return RPCError(
                .unavailable,
                "a service that this needs cannot be reached",
                logMessage: "\(self)"
            )
        case .inferred:
            return .fault("a service answered what is no answer: \(self)")
        }
    }
}
