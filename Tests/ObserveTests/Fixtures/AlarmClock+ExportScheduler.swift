public import Observe
public import TestKit

extension AlarmClock: ExportScheduler {}
