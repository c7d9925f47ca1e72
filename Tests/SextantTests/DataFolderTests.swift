import Foundation
import Testing

@testable import Command

@Suite("The data folder")
struct DataFolderTests {
    @Test(
        "is absolute, whatever it is called",
        arguments: [
            ("/a/b", "/a/b"), ("/a//b/./c/../d/", "/a/b/d"), ("/../a", "/a"),
        ]
    )
    func absolute(_ option: String, _ path: String) throws {
        #expect(try DataFolder(option: option).path == path)
    }

    @Test("is found from where the command was given")
    func relative() throws {
        let here = FileManager.default.currentDirectoryPath
        #expect(try DataFolder(option: "x").path == (here == "/" ? "/x" : here + "/x"))
    }

    @Test("is refused if sockets below it would have no address", arguments: ["/", "", "\0"])
    func refused(_ option: String) {
        #expect(throws: CommandFailure.self) { try DataFolder(option: option) }
    }

    @Test("fits the longest path, and no longer one")
    func length() throws {
        let longest = "/" + String(repeating: "a", count: DataFolder.longestPath - 1)
        #expect(try DataFolder(option: longest).path == longest)
        let failure = #expect(throws: CommandFailure.self) { try DataFolder(option: longest + "a") }
        #expect(failure?.next == "sextant up --data SHORTER_FOLDER")
    }

    @Test("keeps secrets for their owner, makes them once, and makes again what follows from them")
    func secrets() throws {
        let temporary = try TemporaryFolder()
        let folder = try DataFolder(option: temporary.path)
        try folder.make()
        let keys = InstallationKeys(folder)
        try keys.make()
        let names = FileSystem.names(in: folder.keys)
        #expect(names.count == 10)
        for name in names { #expect(FileSystem.mode(folder.key(name)) == 0o600) }
        #expect(FileSystem.mode(folder.keys) == 0o700)
        let before = try names.map { try FileSystem.text(folder.key($0)) }
        try FileSystem.write(folder.key("mmm.keys"), "wrong", mode: 0o644)
        try keys.make()
        #expect(try names.map { try FileSystem.text(folder.key($0)) } == before)
        #expect(FileSystem.mode(folder.key("mmm.keys")) == 0o600)
    }

    @Test("keeps the operators that someone has written down, and finds the first one's token")
    func operators() throws {
        let temporary = try TemporaryFolder()
        let folder = try DataFolder(option: temporary.path)
        try folder.make()
        let keys = InstallationKeys(folder)
        try keys.make()
        #expect(try keys.operatorToken()?.count == 43)
        let token = String(repeating: "t", count: 40)
        let text = "# nobody\n\nanna \(token) admin:read\nbackup \(token)2\n"
        try FileSystem.write(folder.key(InstallationKeys.operators), text, mode: 0o600)
        try keys.make()
        #expect(try keys.operatorToken() == token)
    }

    @Test("is nobody else's: another's folder is neither changed nor removed")
    func others() async throws {
        let temporary = try TemporaryFolder()
        let file = temporary.path + "/thesis.txt"
        try "years".write(toFile: file, atomically: true, encoding: .utf8)
        for words in [["down"], ["down", "--delete-data"], ["up"]] {
            let status = await SextantCommand.run(words + ["--quiet", "--data", temporary.path])
            #expect(status == 1, "\(words)")
            #expect(FileSystem.names(in: temporary.path) == ["thesis.txt"], "\(words)")
        }
        // What was begun and interrupted is its own, and so is a file system's own folder.
        try FileSystem.remove(file)
        for name in ["keys", "lost+found"] {
            try FileSystem.makeFolder("\(temporary.path)/\(name)", mode: 0o700)
        }
        try DataFolder(option: temporary.path).make()
        let words = ["down", "--delete-data", "--quiet", "--data", temporary.path]
        #expect(await SextantCommand.run(words) == 0)
        #expect(!FileSystem.exists(temporary.path))
    }

    @Test("is changed by one command at a time")
    func lock() throws {
        let temporary = try TemporaryFolder()
        let folder = try DataFolder(option: temporary.path)
        try folder.make()
        do {
            let lock = try folder.lock()
            #expect(throws: CommandFailure.self) { _ = try folder.lock() }
            _ = consume lock
        }
        _ = try folder.lock()
    }

    @Test("names all that is wrong with what was chosen for it, and the command that helps")
    func installation() throws {
        let temporary = try TemporaryFolder()
        let folder = try DataFolder(option: temporary.path)
        #expect(try Installation.load(folder) == nil)
        try FileSystem.write(folder.installationFile, "edge_port = 0\nport = 1\n", mode: 0o600)
        let failure = #expect(throws: CommandFailure.self) { try Installation.load(folder) }
        #expect(failure?.cause?.contains("edge_port") == true)
        #expect(failure?.cause?.contains("unknown key port") == true)
        #expect(failure?.next?.hasPrefix("rm \(folder.installationFile) && sextant up") == true)
        try Installation.preferred.save(folder)
        #expect(try Installation.load(folder) == .preferred)
    }
}

/// A folder that goes with its owner.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = "/tmp/sxt-\(UUID().uuidString.prefix(8).lowercased())"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
