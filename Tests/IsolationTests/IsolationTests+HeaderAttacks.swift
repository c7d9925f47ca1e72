import Net
import RPC
import Telemetry
import TestKit
import TestTenants
import Testing
import Wire

extension IsolationTests {
    @Test(
        "6. whatever fields say of a tenant without proof is refused, counted, and changes nothing",
        arguments: ServedAPIs.all
    )
    func headerAttacks(_ api: TenantAPI) async throws {
        let served = try await ServedTenants(api)
        let guarded = Set(api.guardedMethods.map(\.path))
        for member in served.members { _ = try await served.callAll(member, round: 0) }
        let before = try await served.rows(served.members[0]) + served.rows(served.members[1])
        var count = 0
        for attack in try HeaderAttack.all(served) {
            var fields = Metadata()
            for (name, value) in attack.fields { try fields.add(name, value) }
            let channel = FieldsChannel(base: served.bare, fields: fields)
            for call in api.calls where guarded.contains(call.method.path) {
                let words = TenantWords(served.members[0].canary, round: 1)
                let error = await call.failure(on: channel, words)
                #expect(error?.code == attack.code, "\(attack.name), \(call.method.name)")
                #expect(error?.origin == .peer)
                count += 1
            }
            if let token = fields["x-tenant-context"], token.count > 40 {
                #expect(!served.fixture.log.lines.joined().contains(token.prefix(40)))
            }
        }
        for attack in try HeaderAttack.lookAlikes(served) {
            for path in guarded.sorted() {
                #expect(try await status(of: attack, path, served) == attack.code, "\(attack.name)")
                count += 1
            }
        }
        #expect(served.refusals == count)
        let lines = served.fixture.log.lines.filter { $0.contains("tenant refused") }
        #expect(lines.count == count)
        let after = try await served.rows(served.members[0]) + served.rows(served.members[1])
        #expect(before == after)
        await served.stop()
    }

    /// The status that curl is answered, who sends fields that our own client would not.
    private func status(
        of attack: HeaderAttack,
        _ path: String,
        _ served: ServedTenants
    ) async throws -> StatusCode? {
        var arguments = [
            "curl", "--silent", "--show-error", "--http2-prior-knowledge", "--max-time", "60",
            "--include", "--header", "content-type: application/grpc", "--header", "te: trailers",
            "--data", "",
        ]
        for (name, value) in attack.fields { arguments += ["--header", "\(name): \(value)"] }
        let output = try await OutsideProgram.run(
            arguments + ["http://\(served.address)\(path)"]
        )
        #expect(output.status == 0, "\(output.errors)")
        let start = "grpc-status: "
        let line = output.text.split(whereSeparator: \.isNewline).first { $0.hasPrefix(start) }
        return line.flatMap { Int($0.dropFirst(start.count)) }.flatMap { StatusCode(rawValue: $0) }
    }
}

/// A channel whose calls carry fields of somebody's choice.
private struct FieldsChannel: RPCChannel {
    let base: any RPCChannel
    let fields: Metadata

    func prepare(
        _ method: MethodSchema,
        sending message: FramedMessage?,
        options: CallOptions
    ) -> PreparedCall {
        var options = options
        options.metadata.append(fields)
        return base.prepare(method, sending: message, options: options)
    }
}
