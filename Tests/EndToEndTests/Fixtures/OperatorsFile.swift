import Administration
import Foundation
import TestKit
import TestTenants

/// A file with the token of an operator, for a gateway that administers.
final class OperatorsFile: Sendable {
    let token = OperatorTokens.random()
    private let file: TemporaryFile

    init(mode: Int = 0o600) throws {
        file = try TemporaryFile("root \(token)\n", mode: mode)
    }

    deinit { file.remove() }

    /// What has a gateway administer, wherever it may listen.
    func settings(_ platform: ExamplePlatform) -> [String: String] {
        let database = platform.fixture.database
        return [
            "SEXTANT_ADMINISTRATION_ADDRESS": "127.0.0.1:0",
            "SEXTANT_ADMINISTRATION_MIGRATOR_DSN": database.dsn(user: "migrator"),
            "SEXTANT_ADMINISTRATION_JOBS_DSN": database.dsn(user: "svc_ingest"),
            "SEXTANT_ADMINISTRATION_OPERATORS_FILE": file.path,
        ]
    }
}
