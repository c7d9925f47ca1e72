import Messages
import Testing

@testable import Command

@Suite("What is measured of a tenant's own data")
struct MeasurementTests {
    private typealias Source = MixModelV1.ListSourcesResponse.Source

    private static func source(
        _ name: String,
        _ first: String,
        _ last: String,
        days: Int64 = 2
    ) -> Source {
        var source = Source()
        (source.name, source.firstDate, source.lastDate) = (name, first, last)
        (source.days, source.isMoney) = (days, true)
        return source
    }

    @Test("covariates of all days are controls, and holidays that come again in them")
    func controls() {
        var sources = MixModelV1.ListSourcesResponse()
        sources.covariates = [
            Self.source("holiday: Easter", "2024-03-31", "2025-04-20"),
            Self.source("holiday: Jubilee", "2024-06-01", "2024-06-01", days: 1),
            Self.source("holiday: Moon Day", "2031-01-01", "2032-01-01"),
            Self.source("price", "2023-12-01", "2026-01-31"),
            Self.source("weather", "2024-05-01", "2026-01-31"),
        ]
        let outcome = Self.source("revenue", "2024-01-01", "2025-12-28")
        let model = Measurement.model(of: outcome, sources, isFirstLook: false)
        #expect(model.selection?.kpi == "revenue" && model.train)
        #expect(model.selection?.controls == ["price", "holiday: Easter"])
        #expect(model.sampling == nil)
        #expect(model.configuration?.noise == .studentT)
        let look = Measurement.model(of: outcome, sources, isFirstLook: true)
        #expect(look.selection == model.selection)
        #expect(look.sampling?.method == .bayesianBootstrap && look.sampling?.draws == 0)
    }
}
