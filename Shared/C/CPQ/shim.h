// libpq as Swift sees it. Characters that name fields of an error are macros that import as Int32.
#pragma once
#include <libpq-fe.h>
