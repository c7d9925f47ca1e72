/// A chain between two draws, with the run that it is of, in bytes and back.
public struct SavedChain: Equatable, Sendable {
    /// The chain.
    public let trace: ChainTrace
    /// 1 for the run, 2 if it is being made again with smaller steps.
    public let attempt: Int
    /// The density's ``Density/identity``.
    public let identity: String
    let configuration: SamplingConfiguration

    static let longestIdentity = 1024

    init(
        _ trace: ChainTrace,
        _ configuration: SamplingConfiguration,
        of identity: String,
        attempt: Int
    ) {
        self.trace = trace
        self.configuration = configuration.ofSaved
        self.identity = identity
        self.attempt = attempt
    }

    /// The form that is kept: 64-bit words, the last of them a checksum of the others.
    public var bytes: [UInt8] {
        var writer = WordWriter()
        writer.write(Self.mark | Self.version << 48)
        writer.write(identity)
        configuration.write(to: &writer)
        writer.write(attempt)
        trace.write(to: &writer)
        return writer.bytes
    }

    /// “SXTCHN”, below the version.
    private static let mark: UInt64 = 0x4e48_4354_5853
    /// The version of the form; 3 brought the identity of the density.
    static let version: UInt64 = 3

    /// Reads what ``bytes`` gave.
    ///
    /// - Parameter bytes: all of it.
    /// - Throws: ``SamplingFailure/otherVersion(saved:readable:)`` if another program wrote it, and
    ///   ``SamplingFailure/unreadable(_:)`` if it is anything else.
    public init(bytes: [UInt8]) throws(SamplingFailure) {
        var reader = try WordReader(bytes)
        let head = try reader.word()
        guard head & 0xffff_ffff_ffff == Self.mark else {
            throw .unreadable("it is no saved chain")
        }
        guard head >> 48 == Self.version else {
            throw .otherVersion(saved: Int(head >> 48), readable: Int(Self.version))
        }
        identity = try reader.text(longest: Self.longestIdentity)
        configuration = try SamplingConfiguration(from: &reader)
        attempt = try reader.integer()
        trace = try ChainTrace(from: &reader)
        try reader.end()
        guard (1...2).contains(attempt) else { throw .unreadable("there is no such attempt") }
        let (draw, kept) = (trace.state.draw, trace.transitions.count)
        guard trace.state.chain < configuration.chains,
            draw <= configuration.warmup + configuration.draws,
            kept == max(0, draw - configuration.warmup)
        else { throw .unreadable("its draws are not those of its run") }
    }
}

extension SamplingConfiguration {
    fileprivate func write(to writer: inout WordWriter) {
        for number in [chains, warmup, draws, maximumDepth, largestDenseDimension] {
            writer.write(number)
        }
        writer.write(seed)
        writer.write(targetAcceptance)
        writer.write(retryTargetAcceptance)
        for number in [toleratedDivergences, divergenceThreshold, startRadius] {
            writer.write(number)
        }
    }

    fileprivate init(from reader: inout WordReader) throws(SamplingFailure) {
        self.init(seed: 0)
        chains = try reader.integer()
        warmup = try reader.integer()
        draws = try reader.integer()
        maximumDepth = try reader.integer()
        largestDenseDimension = try reader.integer()
        seed = try reader.word()
        targetAcceptance = try reader.number()
        retryTargetAcceptance = try reader.optionalNumber()
        toleratedDivergences = try reader.number()
        divergenceThreshold = try reader.number()
        startRadius = try reader.number()
        try check()
    }
}

extension ChainTrace {
    fileprivate func write(to writer: inout WordWriter) {
        state.write(to: &writer)
        writer.write(positions)
        writer.write(transitions.count)
        for transition in transitions { transition.write(to: &writer) }
        writer.write(warmupDivergences)
        writer.write(gradients)
    }

    fileprivate init(from reader: inout WordReader) throws(SamplingFailure) {
        self.init(state: try ChainState(from: &reader))
        positions = try reader.numbers()
        let count = try reader.count(wordsEach: Transition.words)
        for _ in 0..<count { transitions.append(try Transition(from: &reader)) }
        warmupDivergences = try reader.integer()
        gradients = try reader.integer()
        guard positions.count == transitions.count * state.position.count else {
            throw .unreadable("its parts do not fit together")
        }
    }
}

extension Transition {
    fileprivate static let words = 8

    fileprivate func write(to writer: inout WordWriter) {
        for number in [logDensity, energy, acceptance, stepSize] { writer.write(number) }
        writer.write(depth)
        writer.write(steps)
        writer.write(isDivergent ? 1 : 0)
        writer.write(isOutside ? 1 : 0)
    }

    fileprivate init(from reader: inout WordReader) throws(SamplingFailure) {
        logDensity = try reader.number()
        energy = try reader.number()
        acceptance = try reader.number()
        stepSize = try reader.number()
        depth = try reader.integer()
        steps = try reader.integer()
        isDivergent = try reader.integer() == 1
        isOutside = try reader.integer() == 1
    }
}
