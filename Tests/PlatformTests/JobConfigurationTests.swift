import Jobs
import Lifecycle
import Platform
import Testing

@Suite("What a service is told of its jobs")
struct JobConfigurationTests {
    private func load(_ settings: [String: String]) throws -> TenantServiceConfiguration {
        let secret = "1:" + String(repeating: "A", count: 43)
        let needed = [
            "SEXTANT_POSTGRES_DSN": "dbname=x", "SEXTANT_CONTEXT_KEYS": "gateway mmm \(secret)",
        ]
        let sources = ConfigurationSources(environment: needed.merging(settings) { $1 })
        return try TenantServiceConfiguration.load(from: sources).value
    }

    @Test("is how many it does at once, of which a tenant has its share")
    func shares() throws {
        let standard = try load([:]).jobs
        #expect(standard.mostRunning == 8 && standard.mostPerTenant == 4)
        let few = try load(["SEXTANT_JOBS_AT_ONCE": "2"]).jobs
        #expect(few.mostRunning == 2 && few.mostPerTenant == 2)
        let many = try load(["SEXTANT_JOBS_AT_ONCE": "64", "SEXTANT_JOBS_PER_TENANT": "16"]).jobs
        #expect(many.mostRunning == 64 && many.mostPerTenant == 16)
    }

    @Test(
        "is refused if a tenant had more than all, or nobody any",
        arguments: [
            ["SEXTANT_JOBS_AT_ONCE": "3", "SEXTANT_JOBS_PER_TENANT": "4"],
            ["SEXTANT_JOBS_AT_ONCE": "0"], ["SEXTANT_JOBS_PER_TENANT": "0"],
        ]
    )
    func refusals(_ settings: [String: String]) {
        #expect(throws: ConfigurationError.self) { try load(settings) }
    }
}
