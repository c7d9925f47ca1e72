public import RPC

extension RPCError {
    /// What a failure of the database is to the caller of a service, who is told no more than that.
    ///
    /// For what a service's own store has not made sense of, by constraint or SQLSTATE.
    ///
    /// - Parameter error: the failure; its words go to the log.
    public init(_ error: PostgresError) {
        let (code, message) = Self.status(of: error)
        self.init(code, message, logMessage: error.description)
    }

    private static func status(of error: PostgresError) -> (StatusCode, String) {
        switch error.kind {
        case .server: error.sqlState.map(status(of:)) ?? internalError
        case .connectionLost, .connectFailed, .closed:
            (.unavailable, "the database cannot be reached")
        case .outcomeUnknown: (.unknown, "whether this was stored is not known")
        case .deadlineExceeded: (.deadlineExceeded, "the deadline has passed")
        case .cancelled: (.cancelled, "the call was cancelled")
        case .poolExhausted: (.resourceExhausted, "the database is busy")
        case .loginRefused, .invalidDSN, .invalidValue, .unexpectedResult, .rolledBack, .misuse:
            internalError
        }
    }

    private static func status(of state: SQLState) -> (StatusCode, String) {
        if state.meansConnectionLost { return (.unavailable, "the database cannot be reached") }
        if state.isRetriable { return (.aborted, "others changed the same data at the same time") }
        if state == .queryCanceled { return (.deadlineExceeded, "the deadline has passed") }
        return switch state.category {
        // Memory, disk or connections; a limit of ours would be another kind of error.
        case "53": (.unavailable, "the database is out of resources")
        case "XX": (.dataLoss, "stored data is damaged")
        default: internalError
        }
    }

    private static var internalError: (StatusCode, String) {
        (.internalError, "something went wrong inside")
    }
}
