import Numerics
import TestDensities
import Testing

@Suite("Densities that cannot be sampled end with a diagnosis")
struct DiagnosisTests {
    /// A density as two closures.
    struct Custom: Density {
        var dimension = 2
        var calls = 0
        let value: @Sendable (_ x: [Double], _ call: Int) throws -> (Double, [Double])

        mutating func logDensity(
            at position: Span<Double>,
            gradient: inout MutableSpan<Double>
        ) throws -> Double {
            calls += 1
            let (value, slopes) = try value(position.indices.map { position[$0] }, calls)
            for index in slopes.indices { gradient[index] = slopes[index] }
            return value
        }
    }

    struct Trouble: Error, CustomStringConvertible { let description = "no data for week 3" }

    static func normal(_ x: [Double]) -> (Double, [Double]) {
        (-0.5 * x.span.dot(x.span), x.map { -$0 })
    }

    private func diagnosis(
        _ density: any Density,
        starts: [[Double]]? = nil,
        _ change: (inout SamplingConfiguration) -> Void = { _ in }
    ) async -> SamplingFailure? {
        var configuration = SamplingConfiguration(seed: 1)
        configuration.chains = 2
        change(&configuration)
        do {
            _ = try await SamplingRun(density, configuration, starts: starts).posterior()
            return nil
        } catch {
            return error as? SamplingFailure
        }
    }

    @Test("nowhere finite", arguments: [Double.nan, -.infinity])
    func nowhere(_ value: Double) async {
        let density = Custom { _, _ in (value, [0, 0]) }
        #expect(await diagnosis(density) == .noStart(chain: 0, attempts: 100))
    }

    @Test("a gradient that is nowhere finite")
    func badGradient() async {
        let density = Custom { x, _ in (Self.normal(x).0, [.nan, 0]) }
        #expect(await diagnosis(density) == .noStart(chain: 0, attempts: 100))
    }

    @Test("infinite somewhere")
    func unbounded() async {
        let density = Custom { x, _ in x[0] > 1 ? (.infinity, [0, 0]) : Self.normal(x) }
        guard case .unbounded = await diagnosis(density) else {
            Issue.record("no diagnosis")
            return
        }
    }

    @Test("one that throws, at once or later", arguments: [1, 1000])
    func throwing(_ last: Int) async {
        let density = Custom { x, call in
            if call >= last { throw Trouble() }
            return Self.normal(x)
        }
        guard case .densityThrew(_, let draw, let reason) = await diagnosis(density) else {
            Issue.record("no diagnosis")
            return
        }
        #expect(reason == "no data for week 3" && (draw > 0) == (last > 1))
    }

    @Test("finite at the start only")
    func lonelyStart() async {
        let density = Custom { x, _ in x == [1, 1] ? (0, [0, 0]) : (.nan, [0, 0]) }
        let failure = await diagnosis(density, starts: [[1, 1], [1, 1]])
        guard case .stuck = failure else {
            Issue.record("no diagnosis")
            return
        }
    }

    @Test("NaN from some call on")
    func later() async {
        let density = Custom { x, call in call > 5000 ? (.nan, [0, 0]) : Self.normal(x) }
        guard case .stuck(_, let draw) = await diagnosis(density) else {
            Issue.record("no diagnosis")
            return
        }
        #expect(draw > 0)
    }

    @Test("a start outside the support, or of the wrong shape")
    func badStarts() async {
        let density = Custom { x, _ in x[0] > 0 ? Self.normal(x) : (-.infinity, [0, 0]) }
        #expect(
            await diagnosis(density, starts: [[1, 1], [-1, 1]])
                == .badStart(chain: 1, logDensity: "-inf")
        )
        for starts in [[[1.0, 1]], [[1, 1], [1]]] {
            guard case .badConfiguration("starts", _) = await diagnosis(density, starts: starts)
            else {
                Issue.record("no diagnosis")
                return
            }
        }
    }

    @Test("improper ones: flat, growing for ever, and flat in one direction")
    func improper() async {
        let flat = Custom { _, _ in (0, [0, 0]) }
        let growing = Custom { x, _ in (x[0] - 0.5 * x[1] * x[1], [1, -x[1]]) }
        for density in [flat, growing] {
            switch await diagnosis(density) {
            case .improper, .flat(chain: _, parameter: 0): break
            case let other: Issue.record("not improper: \(String(describing: other))")
            }
        }
        let half = Custom { x, _ in (-0.5 * x[0] * x[0], [-x[0], 0]) }
        #expect(await diagnosis(half) == .flat(chain: 0, parameter: 1))
    }

    @Test("flat in a direction that is no parameter: the run ends, and warns")
    func oblique() async throws {
        let density = Custom { x, _ in
            let sum = x[0] + x[1]
            return (-0.5 * sum * sum, [-sum, -sum])
        }
        var configuration = SamplingConfiguration(seed: 6)
        configuration.draws = 200
        configuration.maximumDepth = 8
        do {
            let posterior = try await SamplingRun(density, configuration).posterior()
            #expect(!posterior.warnings.isEmpty)
        } catch {
            guard case .improper = error as? SamplingFailure else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test("half of the space is cut off: it is sampled all the same, and divergences tell")
    func cutOff() async throws {
        let density = Custom { x, _ in x[0] > 0 ? Self.normal(x) : (-.infinity, [0, 0]) }
        var configuration = SamplingConfiguration(seed: 2)
        configuration.retryTargetAcceptance = nil
        let posterior = try await SamplingRun(density, configuration).posterior()
        #expect(posterior.divergences > 100)
        #expect(posterior.warnings.contains(.divergences(posterior.divergences)))
        #expect(posterior.draws(of: 0).allSatisfy { $0.allSatisfy { $0 > 0 } })
    }

    @Test("a density that is as steep everywhere, and ends, is no improper one")
    func edges() async throws {
        let exponential = Custom(dimension: 1) { x, _ in
            x[0] > 0 ? (-x[0], [-1]) : (-.infinity, [0])
        }
        let box = Custom(dimension: 1) { x, _ in
            (0..<1).contains(x[0]) ? (0, [0]) : (-.infinity, [0])
        }
        for (density, mean) in [(exponential, 1.0), (box, 0.5)] {
            var configuration = SamplingConfiguration(seed: 4)
            configuration.retryTargetAcceptance = nil
            let starts = (0..<configuration.chains).map { [0.1 + 0.2 * Double($0)] }
            let posterior = try await SamplingRun(density, configuration, starts: starts)
                .posterior()
            let draws = posterior.draws(of: 0).flatMap { $0 }
            #expect(abs(draws.span.sum() / Double(draws.count) - mean) < 0.15)
            #expect(posterior.divergences > 0)
        }
    }

    @Test("what cannot be told of draws is a warning")
    func untold() async throws {
        var configuration = SamplingConfiguration(seed: 5)
        (configuration.warmup, configuration.draws) = (200, 3)
        let few = try await SamplingRun(Custom { x, _ in Self.normal(x) }, configuration)
            .posterior()
        #expect(few.warnings.contains { if case .effectiveSize = $0 { true } else { false } })
        #expect(Diagnostics.rHat([[1, 1, 1, 1, 1, 1], [2, 2, 2, 2, 2, 2]]) == .infinity)
        let never = SamplingRun(Custom { x, _ in Self.normal(x) }, configuration, savingEvery: 0)
        await #expect(
            throws: SamplingFailure.badConfiguration(
                field: "savingEvery",
                rule: "must be positive"
            )
        ) { try await never.posterior() }
    }

    @Test("too many divergences are tried once more with smaller steps")
    func retry() async throws {
        let density = Custom { x, _ in x[0] > 0 ? Self.normal(x) : (-.infinity, [0, 0]) }
        let posterior = try await SamplingRun(density, SamplingConfiguration(seed: 2)).posterior()
        #expect(posterior.attempt == 2)
        let calm = try await SamplingRun(
            Custom { x, _ in Self.normal(x) },
            SamplingConfiguration(seed: 2)
        ).posterior()
        #expect(calm.attempt == 1 && calm.divergences == 0 && calm.warnings.isEmpty)
    }

    @Test("no dimension is refused, one is sampled")
    func dimensions() async throws {
        #expect(await diagnosis(Custom(dimension: 0) { _, _ in (0, []) }) == .nothingToSample)
        let one = Custom(dimension: 1) { x, _ in Self.normal(x) }
        let posterior = try await SamplingRun(one, SamplingConfiguration(seed: 3)).posterior()
        posterior.expect("x", mean: 0, deviation: 1) { $0[0] }
    }

    @Test("settings that make no sense are named")
    func configuration() async {
        let density = Custom { x, _ in Self.normal(x) }
        let changes: [(String, (inout SamplingConfiguration) -> Void)] = [
            ("chains", { $0.chains = 0 }), ("draws", { $0.draws = 0 }),
            ("warmup", { $0.warmup = 7 }), ("warmup", { $0.warmup = -1 }),
            ("targetAcceptance", { $0.targetAcceptance = 1 }),
            ("targetAcceptance", { $0.targetAcceptance = .nan }),
            ("retryTargetAcceptance", { $0.retryTargetAcceptance = 0 }),
            ("toleratedDivergences", { $0.toleratedDivergences = .nan }),
            ("maximumDepth", { $0.maximumDepth = 21 }),
            ("largestDenseDimension", { $0.largestDenseDimension = -1 }),
            ("memoryLimitBytes", { $0.memoryLimitBytes = 0 }),
            ("divergenceThreshold", { $0.divergenceThreshold = 0 }),
            ("startRadius", { $0.startRadius = .infinity }), ("threads", { $0.threads = 0 }),
        ]
        for (field, change) in changes {
            guard case .badConfiguration(field, _) = await diagnosis(density, change) else {
                Issue.record("\(field) was taken")
                continue
            }
        }
    }

    @Test("a cancelled task cancels the run, and reports end")
    func cancelled() async throws {
        let density = Custom { x, _ in Self.normal(x) }
        var configuration = SamplingConfiguration(seed: 4)
        configuration.draws = 2_000_000
        let run = SamplingRun(density, configuration)
        let task = Task { try await run.posterior() }
        var reports = 0
        for await report in run.reports {
            #expect(report.draws == 2_001_000 && report.attempt == 1)
            reports += 1
            task.cancel()
        }
        #expect(reports > 0)
        await #expect(throws: SamplingFailure.cancelled) { try await task.value }
    }

    @Test("reports rise, and end with an R-hat of all chains")
    func reports() async throws {
        let density = Custom { x, _ in Self.normal(x) }
        let run = SamplingRun(density, SamplingConfiguration(seed: 5))
        var draws: [Int: Int] = [:]
        var last: SamplingReport?
        for await report in run.reports {
            #expect(report.draw > draws[report.chain, default: 0])
            #expect(report.isWarmup == (report.draw < 1000))
            draws[report.chain] = report.draw
            last = report
        }
        #expect(last?.draw == 2000)
        let rHat = try #require(last?.largestRHat)
        #expect(rHat < 1.05)
        _ = try await run.posterior()
    }

    @Test("diagnoses are sentences that name what to look at")
    func words() {
        #expect("\(SamplingFailure.improper(chain: 1, draw: 5))".contains("prior"))
        #expect("\(SamplingFailure.badConfiguration(field: "a", rule: "must b"))" == "a must b")
    }
}
