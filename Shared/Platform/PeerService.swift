public import Jobs
public import Lifecycle
internal import Net
public import RPC
internal import Telemetry
public import Tenancy

/// Another service of the platform, as one has it that asks it on behalf of tenants.
///
/// It is asked in the name of whoever asked this service, with the scopes that they have: what
/// they may not be told by the other service itself, they are not told by this one. What a service
/// keeps of an answer, as with a run or a model, all are told who may read that.
public struct PeerService: Sendable {
    /// Which service.
    public let name: ServiceName
    private let base: any RPCChannel
    private let issuer: ContextIssuer

    /// What this service does when it asks another.
    public enum Occasion: Sendable {
        /// It serves a call.
        case call(ServerCall)
        /// It does a job.
        case job(JobRun)
    }

    /// A service.
    ///
    /// - Parameters:
    ///   - name: which.
    ///   - base: leads to it.
    ///   - issuer: signs contexts for it.
    public init(_ name: ServiceName, _ base: any RPCChannel, by issuer: ContextIssuer) {
        self.name = name
        self.base = base
        self.issuer = issuer
    }

    /// Asks the service for something that can be done without.
    ///
    /// The call belongs to the request and to the trace of the occasion. It is not made again: what
    /// cannot be told now is left out.
    ///
    /// - Parameters:
    ///   - occasion: what is done meanwhile, for which tenant.
    ///   - limit: for how long the service is waited for, if whoever waits for us has the time.
    ///   - question: makes the call.
    /// - Returns: the answer, or why there is none, in words for whoever may be told of the
    ///   occasion.
    /// - Throws: `CancellationError` if nobody waits for us any more.
    public func ask<Answer: Sendable>(
        on occasion: Occasion,
        within limit: Duration,
        _ question: (TenantChannel, CallOptions) async throws -> Answer
    ) async throws -> Result<Answer, Silence> {
        do {
            return .success(try await question(try channel(on: occasion), options(occasion, limit)))
        } catch let error as RPCError {
            try Task.checkCancellation()
            return .failure(Silence(service: name, code: error.code, words: error.message))
        }
    }

    /// That a service did not say what it was asked for.
    public struct Silence: Error, CustomStringConvertible {
        /// The service.
        public let service: ServiceName
        /// What it answered.
        public let code: StatusCode
        fileprivate let words: String

        /// The reason in words.
        public var description: String {
            switch code {
            case .deadlineExceeded: "\(service) did not answer in time"
            case .permissionDenied: "\(service) may not tell it: \(words)"
            case .unavailable: "\(service) cannot be reached"
            default: "\(service) could not tell it: \(words)"
            }
        }
    }

    private func channel(on occasion: Occasion) throws(RPCError) -> TenantChannel {
        switch occasion {
        case .call(let call): try call.channel(base, to: name, by: issuer)
        case .job(let run): TenantChannel(base, to: name, by: issuer, for: run.context)
        }
    }

    private func options(_ occasion: Occasion, _ limit: Duration) -> CallOptions {
        var options: CallOptions
        switch occasion {
        case .call(let call):
            options = call.onward
            let end = call.loop.now.advanced(by: limit)
            options.deadline = options.deadline.map { min($0, end) } ?? end
        case .job(let run):
            options = run.onward(within: limit)
        }
        options.mayRetry = false
        return options
    }
}

extension TenantService {
    /// Another service that this one asks.
    ///
    /// - Parameters:
    ///   - text: which, as `ingest`.
    ///   - endpoint: where it is; nil if nobody has said.
    ///   - parts: what this service has as every one has.
    /// - Returns: the service, and the part of this one that ends connections to it; nil if nobody
    ///   has said where it is, and, with a warning in the log, if there is no key to call it with:
    ///   an installation whose keys are older goes on without.
    /// - Throws: ``UnknownService``.
    public func peer<Own>(
        _ text: String,
        at endpoint: ServiceEndpoint?,
        _ parts: ServiceParts<Own>
    ) throws -> (service: PeerService, component: ServiceComponent)? {
        guard let endpoint else { return nil }
        guard let audience = ServiceName(text) else { throw UnknownService(name: text) }
        guard callees.contains(audience) else {
            parts.logger.warning(
                "a service is not asked: context_keys has no pair for it",
                ["service": .string(audience.text)]
            )
            return nil
        }
        let client = parts.client(of: endpoint)
        return (PeerService(audience, client, by: issuer), .client(text, client))
    }
}
