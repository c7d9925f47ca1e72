import Contracts
import Messages
import RPC
import Testing
import Wire

extension ServedIngest {
    /// Creates an import.
    func createImport(
        _ change: (inout IngestV1.CreateImportRequest) -> Void = { _ in }
    ) async throws -> IngestV1.Import {
        var request = IngestV1.CreateImportRequest()
        request.name = "file.csv"
        change(&request)
        return try await imports.createImport(request).message.value()
    }

    /// Sends a part of a file, in messages of so many bytes.
    @discardableResult
    func upload(
        _ bytes: [UInt8],
        to id: String,
        at offset: Int = 0,
        more: Bool = false,
        pieces: Int = 64 << 10
    ) async throws -> IngestV1.Import {
        let call = try await imports.uploadFile()
        var part = IngestV1.UploadFileRequest()
        part.importID = id
        part.offset = Int64(offset)
        part.more = more
        var start = 0
        repeat {
            let end = min(start + pieces, bytes.count)
            part.data = Array(bytes[start..<end])
            try await call.send(part)
            part = IngestV1.UploadFileRequest()
            start = end
        } while start < bytes.count
        return try await call.finish().message.value()
    }

    /// Waits until an import is over, or waits itself.
    func settled(_ id: String) async throws -> IngestV1.Import {
        var request = IngestV1.WatchImportRequest()
        request.importID = id
        let call = try await imports.watchImport(request)
        var last = IngestV1.Import()
        while let told = try await call.next() {
            last = told.value()
            if last.state == .waiting { break }
        }
        return last
    }

    /// Imports a file, and waits until all of it has been read.
    @discardableResult
    func importFile(
        _ bytes: [UInt8],
        _ change: (inout IngestV1.CreateImportRequest) -> Void = { _ in }
    ) async throws -> IngestV1.Import {
        let created = try await createImport(change)
        try await upload(bytes, to: created.importID)
        return try await settled(created.importID)
    }

    /// Imports a text.
    @discardableResult
    func importText(
        _ text: String,
        _ change: (inout IngestV1.CreateImportRequest) -> Void = { _ in }
    ) async throws -> IngestV1.Import {
        try await importFile(Array(text.utf8), change)
    }
}
