import Numerics
import Panels
import Testing

@testable import MediaMix

@Suite("Models of several outcomes")
struct JointDensityTests {
    /// The same media, and another outcome of them.
    private static func panels(geos: Int) throws -> [Panel] {
        var other = try InventedPanels.panel(geos: geos)
        var random = RandomStream(seed: 11)
        other.outcome = PanelColumn(
            name: "orders",
            values: other.outcome.values.map { 0.2 * $0 * (0.8 + 0.4 * random.uniform()) }
        )
        return [try InventedPanels.panel(geos: geos), other]
    }

    private static func joint(
        geos: Int = 1,
        _ change: (inout MixConfiguration) -> Void = { _ in }
    ) throws -> JointMixModel {
        var configuration = MixConfiguration()
        change(&configuration)
        return try JointMixModel(
            try panels(geos: geos).map { try MediaMixModel($0, configuration) }
        )
    }

    @Test("share what media have in common, and nothing else")
    func places() throws {
        let model = try Self.joint()
        let alone = model.members[0].sampledNames
        let shared = alone.filter { $0.hasPrefix("adstock") || $0.hasPrefix("saturation_lam") }
        #expect(shared.count == 6, "\(alone)")
        #expect(model.dimension == 2 * alone.count - shared.count)
        #expect(model.places[0] == Array(alone.indices))
        for (index, name) in alone.enumerated() {
            #expect((model.places[1][index] == index) == shared.contains(name), "\(name)")
        }
        #expect(Set(model.places.joined()) == Set(0..<model.dimension))
        #expect(model.sampledName(at: 0) == "\(alone[0]) of sales")
        #expect(model.sampledName(at: model.dimension - 1) == "\(alone.last ?? "") of orders")
        #expect(model.sampledName(at: model.dimension) == nil)
    }

    @Test("have the gradients that differences have")
    func gradients() throws {
        try JointMixDensity(try Self.joint()).expectDifferences("one place")
        let several = try Self.joint(geos: 3) {
            $0.hasGeoEffects = true
            $0.outcomeScale = .perCapitaStandardised
            $0.mediaScale = .perCapitaMedian
            $0.channel.adstock.kind = .weibullDensity
            $0.channel.saturation = .hill
            $0.noise = .studentT
        }
        try JointMixDensity(several).expectDifferences("three places", points: 1)
    }

    /// Configurations in which what is shared is tied to all else in other ways.
    private static let forms: [(geos: Int, change: @Sendable (inout MixConfiguration) -> Void)] = [
        (1, { _ in }),
        (1, { $0.channel.effect = .roi }),
        (
            1,
            {
                $0.channel.effect = .contribution
                $0.channel.adstock.kind = .weibullDensity
                $0.priors["saturation_lam[search]"] = .fixed(1.2)
            }
        ),
        (1, { ($0.mediaVariation, $0.channel.saturation) = (.each(4), .hill) }),
        (
            3,
            {
                ($0.hasGeoEffects, $0.outcomeScale) = (true, .perCapitaStandardised)
                ($0.mediaScale, $0.channel.order) = (.perCapitaMedian, .saturationFirst)
            }
        ),
    ]

    @Test("have the densities of each, with what is shared counted once", arguments: 0..<5)
    func densities(_ form: Int) throws {
        let model = try Self.joint(geos: Self.forms[form].geos, Self.forms[form].change)
        var random = RandomStream(seed: 4)
        let names = model.members[0].sampledNames
        let shared = model.members[0].transformPriors.filter { names.contains($0.key) }
        #expect(shared.count == Set(model.places[0]).intersection(model.places[1]).count)
        for _ in 0..<20 {
            let point = (0..<model.dimension).map { _ in 0.7 * random.normal() }
            var expected = 0.0
            for (member, places) in zip(model.members, model.places) {
                expected += try MixDensity(member).evaluated(at: places.map { point[$0] }).value
            }
            for (name, prior) in shared {
                let place = try #require(names.firstIndex(of: name))
                let map = prior.transform.constrain(point[place])
                let distribution = try #require(prior.distribution)
                expected -= distribution.logDensity(map.value) + map.logJacobian
            }
            let value = try JointMixDensity(model).evaluated(at: point).value
            #expect(abs(value - expected) < 1e-9 * abs(expected))
        }
    }

    @Test("are those of one outcome, bit by bit, if there is no other")
    func alone() throws {
        let model = try MediaMixModel(try InventedPanels.panel(), MixConfiguration())
        let joint = JointMixDensity(try JointMixModel([model]))
        let starts = joint.starts(chains: 2, seed: 5)
        #expect(starts == MixDensity(model).starts(chains: 2, seed: 5))
        let (own, other) = (
            try joint.evaluated(at: starts[0]), try MixDensity(model).evaluated(at: starts[0])
        )
        #expect(own.value == other.value && own.gradient == other.gradient)
    }

    @Test("are refused if their media, days, places or transforms differ")
    func refusals() throws {
        let (panels, configuration) = (try Self.panels(geos: 1), MixConfiguration())
        func rule(_ panel: Panel, _ configuration: MixConfiguration) throws -> String {
            let first = try MediaMixModel(panels[0], MixConfiguration())
            let other = try MediaMixModel(panel, configuration)
            do throws(MixModelError) {
                _ = try JointMixModel([first, other])
            } catch {
                return "\(error)"
            }
            return ""
        }
        #expect(try rule(panels[1], configuration).isEmpty)
        var changed = panels[1]
        changed.channels[0].spend[3] += 1
        #expect(try rule(changed, configuration).contains("other amounts of search"))
        changed = panels[1]
        changed.channels.swapAt(0, 1)
        #expect(try rule(changed, configuration).contains("other media"))
        changed = panels[1]
        changed.periods = changed.periods.map { PanelDay(number: $0.number + 7) }
        #expect(try rule(changed, configuration).contains("ask for the same days"))
        changed = panels[1]
        changed.geos[0].population = 2
        #expect(try rule(changed, configuration).contains("other places"))
        var own = configuration
        own.channels["video"] = own.channel
        own.channels["video"]?.saturation = .hill
        #expect(try rule(panels[1], own).contains("video is to carry over"))
        own = configuration
        own.priors["adstock_alpha[video]"] = .beta(2, 5)
        #expect(try rule(panels[1], own).contains("adstock_alpha[video] has another prior"))
        // What is not shared may differ.
        own = configuration
        own.hasTrend = true
        own.priors["y_sigma"] = .halfNormal(scale: 1)
        #expect(try rule(panels[1], own).isEmpty)
    }

    /// Two outcomes of a channel that comes and goes: one that hardly varies otherwise, and one
    /// that varies so much that little can be learnt of it alone.
    private static func world(_ seed: UInt64) throws -> [MediaMixModel] {
        var random = RandomStream(seed: seed)
        let spend = (0..<100).map { week in
            week % 5 == 0 ? 0 : 20 + 180 * random.uniform() * Double(week % 3)
        }
        var carried: [Double] = []
        for (week, amount) in spend.enumerated() {
            carried.append(amount + (week == 0 ? 0 : truth.alpha * carried[week - 1]))
        }
        let largest = spend.max() ?? 1
        return try [("revenue", 0.03), ("orders", 0.3)].map { name, noise in
            let outcome = carried.map { amount in
                let scaled = truth.lam * (1 - truth.alpha) * amount / largest
                let response = (1 - Elementary.exp(-scaled)) / (1 + Elementary.exp(-scaled))
                return 1_000 * (1 + response + noise * random.normal())
            }
            let panel = Panel(
                periods: (0..<100).map { PanelDay(number: 18_000 + 7 * $0) },
                daysPerPeriod: 7,
                geos: [PanelGeo(name: "all", population: 1)],
                outcome: PanelColumn(name: name, values: outcome),
                channels: [PanelChannel(name: "tv", spend: spend)]
            )
            var configuration = MixConfiguration()
            configuration.seasons = []
            configuration.channel.effect = .coefficient
            configuration.channel.adstock = Adstock(kind: .geometric, lags: 12)
            return try MediaMixModel(panel, configuration)
        }
    }

    private static let truth = (alpha: 0.6, lam: 3.0)

    /// The middle 90 % of draws of a parameter.
    private static func interval(_ name: String, _ fit: MixFit) throws -> ClosedRange<Double> {
        var found: ClosedRange<Double>?
        fit.forEachParameter { own, values in
            guard own == name else { return }
            let sorted = values.joined().sorted()
            found = sorted[sorted.count / 20]...sorted[sorted.count - 1 - sorted.count / 20]
        }
        return try #require(found)
    }

    @Test("tell more of what they share than each does alone, and what is true", arguments: 1...4)
    func sharper(_ seed: UInt64) async throws {
        let models = try Self.world(seed)
        func fits(_ models: [MediaMixModel]) async throws -> [MixFit] {
            let joint = try JointMixModel(models)
            var configuration = SamplingConfiguration(seed: seed)
            (configuration.chains, configuration.warmup, configuration.draws) = (4, 400, 400)
            let density = JointMixDensity(joint)
            let draws = MixDraws(
                try await SamplingRun(
                    density,
                    configuration,
                    starts: density.starts(chains: 4, seed: seed)
                ).posterior()
            )
            return try zip(joint.members, joint.places).map { member, places in
                try #require(MixFit(member, draws.taking(places)))
            }
        }
        let alone = try await fits([models[1]])
        let together = try await fits(models)
        for (name, truth) in [
            ("adstock_alpha[tv]", Self.truth.alpha), ("saturation_lam[tv]", Self.truth.lam),
        ] {
            let wide = try Self.interval(name, alone[0])
            let narrow = try Self.interval(name, together[1])
            #expect(try Self.interval(name, together[0]) == narrow)
            #expect(
                narrow.upperBound - narrow.lowerBound < 0.7 * (wide.upperBound - wide.lowerBound),
                "\(name): \(narrow), alone \(wide)"
            )
            let room = 0.25 * (narrow.upperBound - narrow.lowerBound)
            #expect(
                (narrow.lowerBound - room...narrow.upperBound + room).contains(truth),
                "\(name): \(narrow)"
            )
        }
    }
}
