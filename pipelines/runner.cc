#include "stages/catalog.h"
