import Contracts
import Journeys
import Messages
import RPC
import Testing
import Wire

@Suite("Transitions of chains", .timeLimit(.minutes(5)))
struct TransitionTests {
    private static let paths = """
        path,conversions,value,nulls
        a > b,4,40,4
        a,2,20,6
        c,0,0,4

        """

    private static func run(
        _ attribution: ServedAttribution,
        _ states: Int32,
        _ models: [String] = ["markov"]
    ) async throws -> [AttributionV1.ModelResult] {
        try await attribution.run { request in
            request.models = models.map { name in
                var choice = AttributionV1.ModelChoice()
                choice.name = name
                return choice
            }
            request.replicates = 0
            request.transitionStates = states
        }
        .models
    }

    private static func lines(_ matrix: AttributionV1.TransitionMatrix) -> [String] {
        func name(_ place: AttributionV1.TransitionMatrix.Place, _ state: Int32?) -> String {
            switch place {
            case .start: "start"
            case .rest: "rest"
            case .conversion: "conversion"
            case .null: "null"
            default: matrix.states[Int(state ?? 0)].channels.joined(separator: "+")
            }
        }
        return matrix.steps.map { step in
            let source = name(step.source, step.sourceState)
            return "\(source) \(name(step.target, step.targetState)) \(step.count) "
                + "\((step.probability * 1_000).rounded() / 1_000)"
        }
    }

    @Test("are counted by hand, with what removals take")
    func matrix() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.importPaths(Self.paths)
        let models = try await Self.run(attribution, 200, ["markov", "linear", "markov_auto"])
        let matrix = try #require(models.first?.transitions)
        #expect(matrix.order == 1 && matrix.conversionProbability == 0.3)
        #expect(
            matrix.states.map { "\($0.channels) \($0.visits)" } == [
                #"["a"] 16"#, #"["b"] 8"#, #"["c"] 4"#,
            ]
        )
        #expect(matrix.restStates == 0 && matrix.restVisits == 0)
        #expect(
            Self.lines(matrix) == [
                "start a 16 0.8", "start c 4 0.2", "a b 8 0.5", "a conversion 2 0.125",
                "a null 6 0.375", "b conversion 4 0.5", "b null 4 0.5", "c null 4 1.0",
            ]
        )
        #expect(
            matrix.removalEffects.map {
                "\($0.channel) \(($0.conversions * 1e6).rounded()) \(($0.value * 1e6).rounded())"
            } == ["a 1000000.0 1000000.0", "b 666667.0 666667.0", "c 0.0 0.0"]
        )
        #expect(
            models.first?.channels.map(\.removalEffect)
                == matrix.removalEffects.map(\.conversions)
        )
        #expect(models[1].transitions == nil && models[1].channels.first?.removalEffect == nil)
        let automatic = try #require(models[2].transitions)
        #expect((1...6).contains(automatic.order) && models[2].channels.first?.removalEffect != nil)
        await attribution.stop()
    }

    @Test("are bounded: all other states are one, and nobody gets any who does not ask")
    func bounds() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.importPaths(Self.paths)
        let matrix = try #require(try await Self.run(attribution, 1).first?.transitions)
        #expect(matrix.restStates == 2 && matrix.restVisits == 12 && matrix.states.count == 1)
        #expect(
            Self.lines(matrix) == [
                "start a 16 0.8", "start rest 4 0.2", "a rest 8 0.5", "a conversion 2 0.125",
                "a null 6 0.375", "rest conversion 4 0.333", "rest null 8 0.667",
            ]
        )
        #expect(try await Self.run(attribution, 0).first?.transitions == nil)
        for states: Int32 in [-1, 201] {
            try await attribution.refusal(.invalidArgument, "transition_states") {
                _ = try await Self.run(attribution, states)
            }
        }
        await attribution.stop()
    }
}
