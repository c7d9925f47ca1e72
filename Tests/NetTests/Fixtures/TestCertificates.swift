import Foundation
import Glibc
import Net
import TestKit

/// Certificates for tests, made once per run by the `openssl` command in a folder that is removed
/// when the process ends.
struct TestCertificates: Sendable {
    /// Two authorities, of which the second vouches for strangers only.
    static let shared = Result { try TestCertificates() }

    let folder: String

    func path(_ name: String) -> String { folder + "/" + name }

    /// A certificate and its key by the name they were made under.
    func identity(_ name: String) -> TLSConfiguration.Identity {
        TLSConfiguration.Identity(
            certificateChainFile: path(name + ".pem"),
            privateKeyFile: path(name + ".key")
        )
    }

    private init() throws {
        folder = try Self.makeFolder()
        removeAtExit(folder)
        try makeAuthority("ca", subject: "/CN=Test authority")
        try makeAuthority("other-ca", subject: "/CN=Other authority")
        try makeCertificate(
            "server",
            subject: "/CN=server",
            names: "DNS:server.test,DNS:*.wild.test,IP:127.0.0.1,IP:::1"
        )
        try makeCertificate("renewed", subject: "/CN=renewed", names: "DNS:server.test")
        try makeCertificate(
            "client",
            subject: "/CN=client one",
            names: "DNS:client.test,URI:spiffe://test/client,email:a@b.test"
        )
        try makeCertificate(
            "stranger",
            subject: "/CN=stranger",
            names: "DNS:client.test,DNS:server.test",
            authority: "other-ca"
        )
        try makeCertificate("expired", subject: "/CN=old", names: "DNS:server.test", days: -1)
        try makeCertificate("elsewhere", subject: "/CN=server.test", names: "DNS:else.test")
    }

    /// Makes an empty folder that the caller removes.
    static func makeFolder() throws -> String {
        let folder = NSTemporaryDirectory() + "sextant-tls-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        return folder
    }

    private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

    private func makeAuthority(_ name: String, subject: String) throws {
        try openssl(
            ["req", "-x509"] + Self.newKey + [
                "-keyout", path(name + ".key"), "-out", path(name + ".pem"), "-days", "30",
                "-subj", subject, "-addext", "keyUsage=critical,keyCertSign",
            ]
        )
    }

    private func makeCertificate(
        _ name: String,
        subject: String,
        names: String,
        authority: String = "ca",
        days: Int = 20
    ) throws {
        try openssl(
            ["req"] + Self.newKey + [
                "-keyout", path(name + ".key"), "-out", path(name + ".csr"), "-subj", subject,
                "-addext", "subjectAltName=" + names,
            ]
        )
        try openssl([
            "x509", "-req", "-in", path(name + ".csr"), "-CA", path(authority + ".pem"),
            "-CAkey", path(authority + ".key"), "-days", String(days),
            "-copy_extensions", "copy", "-out", path(name + ".pem"),
        ])
    }
}

/// Runs the `openssl` command to its end and returns what it printed.
@discardableResult
func openssl(_ arguments: [String]) throws -> String {
    let (status, output) = try Process.runToEnd(joinsErrors: true) { process in
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
    }
    let text = String(decoding: output, as: UTF8.self)
    guard status == 0 else { throw OpenSSLCommandError(text: text) }
    return text
}

struct OpenSSLCommandError: Error {
    let text: String
}

/// A static value is never freed, so the folder is removed by the process itself.
private func removeAtExit(_ folder: String) {
    // Freed never, read once at the end.
    unsafe setenv("SEXTANT_TEST_CERTIFICATES", folder, 1)
    atexit {
        guard let folder = unsafe getenv("SEXTANT_TEST_CERTIFICATES") else { return }
        try? FileManager.default.removeItem(atPath: unsafe String(cString: folder))
    }
}
