import Foundation
import Net
import Testing
import Wire

@Suite("A reloadable TLS context")
struct ReloadableTLSContextTests {
    private let files: TestCertificates
    private let folder: TemporaryFolder
    private let reloadable: ReloadableTLSContext
    private let client: TLSContext

    init() throws {
        files = try TestCertificates.shared.get()
        folder = try TemporaryFolder()
        for ending in [".pem", ".key"] {
            try folder.write(
                String(contentsOfFile: files.path("server" + ending), encoding: .utf8),
                to: "tls" + ending
            )
        }
        reloadable = try ReloadableTLSContext(
            .server(
                .init(
                    identity: .init(
                        certificateChainFile: folder.path("tls.pem"),
                        privateKeyFile: folder.path("tls.key")
                    )
                )
            )
        )
        client = try TLSContext(.client(.init(trust: .authorities(file: files.path("ca.pem")))))
    }

    private func replace(_ ending: String, with name: String) throws {
        try folder.write(
            String(contentsOfFile: files.path(name + ending), encoding: .utf8),
            to: "tls" + ending
        )
    }

    private func commonName() throws -> String? {
        let pair = try TLSPair(client: client, server: reloadable.current)
        pair.settle()
        return pair.client.session.peerCertificate?.commonName
    }

    @Test("gives new sessions the new certificate and leaves the others theirs")
    func reload() throws {
        let before = try TLSPair(client: client, server: reloadable.current)
        before.settle()
        let halfWay = try TLSPair(client: client, server: reloadable.current)
        halfWay.server.receive(halfWay.client.take())
        #expect(try commonName() == "server")

        try replace(".pem", with: "renewed")
        try replace(".key", with: "renewed")
        #expect(try commonName() == "server")
        try reloadable.reload()
        #expect(try commonName() == "renewed")

        halfWay.settle()
        #expect(halfWay.client.session.peerCertificate?.commonName == "server")
        let bytes = randomBytes(1000)
        try before.server.session.send(bytes.rawBytes)
        before.settle()
        #expect(areSame(before.client.received, bytes))
    }

    @Test("keeps the old files' context if the new ones are not good")
    func broken() throws {
        let context = reloadable.current
        try folder.write("broken", to: "tls.pem")
        let path = folder.path("tls.pem")
        let error = TLSError.configuration(
            file: path,
            reason: "holds no certificate in PEM form"
        )
        #expect(throws: error) { try reloadable.reload() }
        #expect(throws: error) { try reloadable.reloadIfChanged() }
        #expect(reloadable.current === context)
        #expect(try commonName() == "server")

        try FileManager.default.removeItem(atPath: path)
        #expect(
            throws: TLSError.configuration(
                file: path,
                reason: "cannot be read: No such file or directory"
            )
        ) {
            try reloadable.reloadIfChanged()
        }
        #expect(reloadable.current === context)
    }

    @Test("reloads when a file has changed, once, and in the end also if half were new at first")
    func ifChanged() throws {
        #expect(try !reloadable.reloadIfChanged())
        try replace(".pem", with: "renewed")
        #expect(throws: TLSError.self) { try reloadable.reloadIfChanged() }
        #expect(try commonName() == "server")
        try replace(".key", with: "renewed")
        #expect(try reloadable.reloadIfChanged())
        #expect(try commonName() == "renewed")
        #expect(try !reloadable.reloadIfChanged())
    }

    @Test("sees files that are replaced by way of a link, as in a mounted secret")
    func links() throws {
        let manager = FileManager.default
        for name in ["server", "renewed"] {
            try manager.createDirectory(
                atPath: folder.path(name),
                withIntermediateDirectories: true
            )
            for ending in [".pem", ".key"] {
                try manager.copyItem(
                    atPath: files.path(name + ending),
                    toPath: folder.path(name + "/tls" + ending)
                )
            }
        }
        let link = folder.path("current")
        try manager.createSymbolicLink(atPath: link, withDestinationPath: "server")
        let mounted = try ReloadableTLSContext(
            .server(
                .init(
                    identity: .init(
                        certificateChainFile: link + "/tls.pem",
                        privateKeyFile: link + "/tls.key"
                    )
                )
            )
        )
        #expect(try !mounted.reloadIfChanged())
        try manager.removeItem(atPath: link)
        try manager.createSymbolicLink(atPath: link, withDestinationPath: "renewed")
        #expect(try mounted.reloadIfChanged())
        let pair = try TLSPair(client: client, server: mounted.current)
        pair.settle()
        #expect(pair.client.session.peerCertificate?.commonName == "renewed")
    }

    @Test("may be reloaded while sessions are made on other threads")
    func concurrently() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<4 {
                group.addTask { [reloadable, client] in
                    for _ in 0..<20 {
                        if task == 0 { try reloadable.reload() }
                        let pair = try TLSPair(client: client, server: reloadable.current)
                        pair.settle()
                        #expect(pair.server.session.isReady)
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
