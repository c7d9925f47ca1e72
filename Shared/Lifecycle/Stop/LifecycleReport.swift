/// Why a service stops.
public enum StopCause: Sendable, Equatable {
    /// A signal asked for it.
    case signal(Int32)
    /// Something in the service asked for it, and nothing is wrong.
    case request(String)
    /// Something in the service cannot go on.
    case failure(String)
    /// A component did not start.
    case startFailure(component: String)
}

extension StopCause: CustomStringConvertible {
    /// The cause in words, as `signal 15`.
    public var description: String {
        switch self {
        case .signal(let number): "signal \(number)"
        case .request(let reason): "request: \(oneLine(reason))"
        case .failure(let reason): "failure: \(oneLine(reason))"
        case .startFailure(let component): "\(component) did not start"
        }
    }
}

/// How the start or the stop of one component went.
public struct ComponentOutcome: Sendable, Equatable {
    /// What was asked of it.
    public enum Phase: Sendable {
        /// To work.
        case start
        /// To work no more.
        case stop
    }

    /// What became of it.
    public enum Result: Sendable, Equatable {
        /// It did as asked.
        case done
        /// It threw an error of this description.
        case failed(String)
        /// It had not done so when its time was over; it may still run.
        case outOfTime(limit: Duration)
        /// Its start was given up, as the service was to stop.
        case interrupted
    }

    /// The component's name.
    public let component: String
    /// What was asked of it.
    public let phase: Phase
    /// What became of it.
    public let result: Result
    /// How long it took.
    public let duration: Duration
}

extension ComponentOutcome: CustomStringConvertible {
    /// The outcome in one line, as `server: stopped in 1.5 seconds`.
    public var description: String {
        let (done, verb) = phase == .start ? ("started", "start") : ("stopped", "stop")
        return switch result {
        case .done: "\(component): \(done) in \(duration)"
        case .failed(let reason): "\(component): did not \(verb): \(reason)"
        case .outOfTime(let limit): "\(component): did not \(verb) within \(limit)"
        case .interrupted: "\(component): \(verb) given up after \(duration)"
        }
    }
}

/// How a service ran, from its start to its end.
public struct LifecycleReport: Sendable, Equatable {
    /// Why it stopped.
    public let cause: StopCause
    /// What each component did, in the order of time.
    public let outcomes: [ComponentOutcome]
    /// How long the stop took, from the request.
    public let stopDuration: Duration

    /// Whether the stop was asked for and every component did as it was asked.
    public var isClean: Bool {
        switch cause {
        case .failure, .startFailure: false
        case .signal, .request:
            outcomes.allSatisfy { $0.result == .done || $0.result == .interrupted }
        }
    }

    /// What the process exits with: 0 after a clean run, else 1.
    public var exitStatus: Int32 { isClean ? 0 : 1 }
}

extension LifecycleReport: CustomStringConvertible {
    /// The report in lines: the cause, then each component's outcome.
    public var description: String {
        (["stopped by \(cause) in \(stopDuration)"] + outcomes.map(\.description))
            .joined(separator: "\n")
    }
}

/// What happens to a service, for its log.
public enum LifecycleEvent: Sendable, Equatable {
    /// A component is asked to start.
    case starting(String)
    /// All components work.
    case started
    /// The service is to stop; readiness has ended.
    case stopping(StopCause)
    /// Servers still take requests for so long.
    case waitingForEndpoints(Duration)
    /// A component is asked to stop, and has so long.
    case stoppingComponent(String, limit: Duration)
    /// A component has started or stopped, or not.
    case ended(ComponentOutcome)
}
