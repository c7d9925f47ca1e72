internal import Messages
internal import Postgres
internal import RPC
internal import Telemetry
internal import Wire

/// A revision of a calibration as it lies in its table.
struct StoredCalibration: Sendable {
    let revision: Int64
    /// What somebody put, without what the service gives.
    let content: MixModelV1.Calibration
    let actor: String
    let createTime: UTCTimestamp
    /// Nil as long as it is in force.
    let retireTime: UTCTimestamp?
    let retireActor: String?
    let retireReason: String?
    let channelNumber: Int32

    /// Reads a row, as all statements that look at calibrations have it.
    init(_ row: Row) throws {
        revision = try row.read(Int64.self, at: 0)
        let bytes = try row.read(SharedBytes.self, at: 1)
        content = try MixModelV1.Calibration(decoding: bytes.bytes)
        actor = try row.read(String.self, at: 2)
        createTime = try row.read(UTCTimestamp.self, at: 3)
        retireTime = try row.read(UTCTimestamp?.self, at: 4)
        retireActor = try row.read(String?.self, at: 5)
        retireReason = try row.read(String?.self, at: 6)
        channelNumber = try row.read(Int32.self, at: 7)
    }

    /// A revision that comes into force.
    ///
    /// - Parameters:
    ///   - content: what somebody put.
    ///   - revision: which of its name.
    ///   - channelNumber: the number of its channel.
    ///   - actor: in whose name.
    ///   - time: when.
    init(
        _ content: MixModelV1.Calibration,
        revision: Int64,
        of channelNumber: Int32,
        by actor: String,
        at time: UTCTimestamp
    ) {
        self.content = content
        self.revision = revision
        self.channelNumber = channelNumber
        self.actor = actor
        createTime = time
        retireTime = nil
        retireActor = nil
        retireReason = nil
    }

    /// What is told of it.
    var message: MixModelV1.Calibration {
        var calibration = content
        calibration.revision = revision
        calibration.channelNumber = channelNumber
        calibration.term = CalibrationTerm(content)?.message
        calibration.actor = actor
        calibration.createTime = .init(createTime)
        calibration.retireTime = retireTime.map { .init($0) }
        calibration.retireActor = retireActor ?? ""
        calibration.retireReason = retireReason ?? ""
        return calibration
    }
}
