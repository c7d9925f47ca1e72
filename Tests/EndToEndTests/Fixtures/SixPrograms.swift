import Foundation
import Platform
import Schema
import Tenancy
import TestKit
import TestTenants
import Testing

/// The five services and a gateway before them, each in a process of its own, on a database with
/// all schemas.
final class SixPrograms {
    let platform: ExamplePlatform
    private var processes: [String: ServerProcess] = [:]
    private var places: [String: String] = [:]
    private let told: [String: String]

    /// All of them, the one last before which the others have to be.
    static let names = ServiceGraph.areas + [ServiceGraph.gateway]

    /// Starts them.
    ///
    /// - Parameter told: what all of them are told besides.
    /// - Throws: an error if one ends before it is ready.
    init(telling told: [String: String] = [:]) async throws {
        self.told = told
        platform = try await ExamplePlatform(services: [.ingest(), .attribution(), .mixModel()])
        for name in Self.names {
            try await startAgain(name)
            places[name] = try await processes[name]?.address()
        }
    }

    /// Calls of a tenant, with a key for some of what there is.
    func calls(of place: Int, for scopes: [String]) async throws -> CurlCalls {
        CurlCalls(
            address: places[ServiceGraph.gateway] ?? "",
            key: try await platform.key(of: place, for: scopes)
        )
    }

    /// Where the gateway is.
    var address: String { places[ServiceGraph.gateway] ?? "" }

    /// Sends a program a signal, and waits for its end.
    func end(_ name: String, by signal: Int32) async throws {
        processes[name]?.send(signal)
        let status = try await processes[name]?.ending().status
        #expect(status == (signal == SIGKILL ? SIGKILL : 0), "\(name)")
    }

    /// Starts a program where it was, and waits until it is ready.
    func startAgain(_ name: String) async throws {
        let place = places[name] ?? "127.0.0.1:0"
        let telling = told.merging(knowledge(of: name)) { own, _ in own }
        processes[name] =
            if name == ServiceGraph.gateway {
                try await platform.gateway(
                    before: places["mmm"] ?? "",
                    at: place,
                    "gateway",
                    telling: telling
                )
            } else {
                try await platform.service(
                    at: place,
                    "\(name)-service",
                    as: name,
                    telling: telling
                )
            }
    }

    /// What a program is told: what it is called, where those are that it calls, and the keys to
    /// call them and to be called with.
    private func knowledge(of name: String) -> [String: String] {
        var told = ["SEXTANT_INSTANCE": name]
        for callee in ServiceGraph.callees(of: name) {
            told["SEXTANT_\(callee.uppercased())_ENDPOINT"] = places[callee]
        }
        let calls = ServiceGraph.all.flatMap { caller in
            ServiceGraph.callees(of: caller).map { (caller, $0) }
        }
        told["SEXTANT_CONTEXT_KEYS"] = calls.filter { $0.0 == name || $0.1 == name }
            .map { "\($0) \($1) \(ExamplePlatform.secret)" }.joined(separator: "\n")
        return told
    }

    /// What a program has logged.
    func record(
        of name: String,
        _ message: String,
        where isMeant: @escaping @Sendable ([String: String]) -> Bool
    ) async throws -> [String: String] {
        try await #require(processes[name]).record(message, where: isMeant)
    }

    func stop() async throws {
        for name in Self.names.reversed() { #expect(try await processes[name]?.stop() == 0) }
        await platform.close()
    }
}
