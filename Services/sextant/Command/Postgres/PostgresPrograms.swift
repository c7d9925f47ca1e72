/// The programs of PostgreSQL on this machine.
struct PostgresPrograms {
    /// The folder that they are in.
    let folder: String

    /// The lowest version that the platform works with.
    static let lowestVersion = 15

    /// Finds the newest; nil if there are none.
    static func find() -> PostgresPrograms? {
        let root = "/usr/lib/postgresql"
        let versions = FileSystem.names(in: root).compactMap { Int($0) }
            .filter { $0 >= lowestVersion }.sorted(by: >)
        let packaged = versions.map { "\(root)/\($0)/bin" }
        // Other systems have them where all programs are.
        let elsewhere = FileSystem.program("initdb").map { [String($0.dropLast("/initdb".count))] }
        return (packaged + (elsewhere ?? []))
            .first { folder in
                ["initdb", "postgres"].allSatisfy { FileSystem.isProgram("\(folder)/\($0)") }
            }
            .map { PostgresPrograms(folder: $0) }
    }

    var initdb: String { folder + "/initdb" }
    var postgres: String { folder + "/postgres" }
}
