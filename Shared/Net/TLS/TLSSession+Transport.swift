// A session's own methods are what a transport asks of a filter.
extension TLSSession: TransportFilter {}
