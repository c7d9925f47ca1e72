internal import CNghttp2

extension HTTP2Session {
    /// Ends what takes too long: to be called about as often as ``checkInterval`` says.
    ///
    /// - Parameter now: the time.
    public func check(at now: ContinuousClock.Instant) {
        timing.now = now
        guard failure == nil else { return }
        if isCreditWithheld {
            collectReturnedCredit()
            relieveMemory(now)
        }
        checkHandshake(now)
        if scanner.isWaiting && timing.peerSettingsArrival != nil,
            now - scanner.unitStart >= configuration.frameTimeout
        {
            fail(.enhanceYourCalm, "a frame took longer than \(configuration.frameTimeout)")
        }
        checkShutdown(now)
        checkLiveness(now)
        endLingering(after: configuration.lingerTimeout)
        for stream in streams {
            checkBodyRate(of: stream, now)
            checkStall(of: stream, now)
        }
    }

    /// How long it may be between two calls of ``check(at:)``.
    public var checkInterval: Duration {
        let shortest =
            [
                configuration.handshakeTimeout, configuration.settingsTimeout,
                configuration.frameTimeout, configuration.bodyRateInterval,
                configuration.stallTimeout,
                configuration.idleTimeout, configuration.keepaliveInterval,
                configuration.keepaliveTimeout, configuration.shutdownNoticeTimeout,
                configuration.lingerTimeout,
            ].compactMap(\.self).min() ?? .seconds(1)
        return min(max(shortest / 4, .milliseconds(10)), .seconds(1))
    }

    private func checkHandshake(_ now: ContinuousClock.Instant) {
        if let arrival = timing.peerSettingsArrival {
            if !timing.areSettingsAcknowledged, now - arrival >= configuration.settingsTimeout {
                fail(
                    .settingsTimeout,
                    "settings not acknowledged within \(configuration.settingsTimeout)"
                )
            }
        } else if now - timing.start >= configuration.handshakeTimeout {
            fail(.settingsTimeout, "no SETTINGS within \(configuration.handshakeTimeout)")
        }
    }

    private func checkLiveness(_ now: ContinuousClock.Instant) {
        if let sent = timing.pingSent {
            // Whatever comes shows that the peer is there.
            if timing.lastInput > sent {
                timing.pingSent = nil
            } else if now - sent >= configuration.keepaliveTimeout {
                fail(.noError, "a PING was not answered within \(configuration.keepaliveTimeout)")
            }
            return
        }
        if streams.isEmpty {
            let quiet = now - max(timing.lastStreamClosed, timing.start)
            if let limit = configuration.idleTimeout, quiet >= limit { beginShutdown() }
        } else if let interval = configuration.keepaliveInterval, !hasInputEnded,
            now - timing.lastInput >= interval
        {
            timing.pingSent = now
            submitPing(.keepalive)
        }
    }

    /// Ends the largest body of this connection that waits for memory too long: those that wait may
    /// be what fills it, and none of them could go on.
    private func relieveMemory(_ now: ContinuousClock.Instant) {
        let waiting = streams.filter { stream in
            guard let since = stream.withheldSince, stream.withheldCredit > 0 else { return false }
            return now - since >= configuration.stallTimeout
        }
        guard let largest = waiting.max(by: { $0.availableInput < $1.availableInput }) else {
            return
        }
        largest.isInputRefused = true
        dropInput(of: largest)
        reset(largest, .enhanceYourCalm)
    }

    /// A body must not trickle while its window is open.
    private func checkBodyRate(of stream: HTTP2Stream, _ now: ContinuousClock.Instant) {
        if !mayPeerSend(on: stream) {
            stream.rateStart = now
            stream.rateBytes = 0
        }
        guard now - stream.rateStart >= configuration.bodyRateInterval else { return }
        defer {
            stream.rateStart = now
            stream.rateBytes = 0
        }
        guard let rate = configuration.minimumBodyRate, stream.isBodyTimed,
            role == .server || stream.hasResponse, !stream.isInputEnded
        else { return }
        let elapsed = (now - stream.rateStart) / .seconds(1)
        if Double(stream.rateBytes) < Double(rate) * elapsed { reset(stream, .enhanceYourCalm) }
    }

    /// Whether both windows that we gave the peer have room.
    private func mayPeerSend(on stream: HTTP2Stream) -> Bool {
        // All four only look numbers up.
        let streamRoom =
            unsafe nghttp2_session_get_stream_effective_local_window_size(session, stream.id)
            - nghttp2_session_get_stream_effective_recv_data_length(session, stream.id)
        let connectionRoom =
            unsafe nghttp2_session_get_effective_local_window_size(session)
            - nghttp2_session_get_effective_recv_data_length(session)
        return streamRoom > 0 && connectionRoom > 0
    }

    /// Output must not wait for ever for windows that the peer keeps shut, or all but shut.
    private func checkStall(of stream: HTTP2Stream, _ now: ContinuousClock.Instant) {
        // Even an end without bytes waits for a window.
        let isEndWaiting = stream.isOutputEnded && !stream.isOutputFinished
        guard stream.unsentOutput > 0 || isEndWaiting,
            stream.outputProgress.isStalled(at: now, limit: configuration.stallTimeout)
        else { return }
        // Both only look numbers up.
        let isStreamShut =
            unsafe nghttp2_session_get_stream_remote_window_size(session, stream.id) <= 0
        let isConnectionShut =
            unsafe nghttp2_session_get_remote_window_size(session) <= 0
            && timing.outputProgress.isStalled(at: now, limit: configuration.stallTimeout)
        if isStreamShut || isConnectionShut { reset(stream, .enhanceYourCalm) }
    }
}
