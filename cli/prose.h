// Prose: the parts of the manual that no table can say.
// Owner:   constant data.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include <string_view>

#include "cli/page.h"

namespace leat::prose {

extern const std::string_view kIntroduction;  // leat(1)
extern const std::string_view kGrammar;
extern const std::string_view kErrors;
extern const std::string_view kDelivery;
extern const std::string_view kPacked;
extern const std::string_view kGuards;
extern const std::string_view kValues;
extern const std::string_view kSyslog;
extern const std::string_view kFiles;
extern const std::string_view kSqlite;
extern const std::string_view kHubs;
extern const std::string_view kSignals;
extern const std::string_view kPipeline;  // leat-pipeline(5)
extern const std::string_view kPipelineValues;
extern const std::string_view kPipelineMiddleware;
extern const std::string_view kPipelineVariables;
extern const std::string_view kPipelineInclude;
extern const std::string_view kPipelineTemplates;
extern const std::string_view kPipelineTemplate;
extern const std::string_view kPipelineExample;
extern const std::string_view kHooks;
extern const std::string_view kTests;  // leat-tests(5)
extern const std::string_view kTestInput;
extern const std::string_view kTestExpect;
extern const std::string_view kTestSteps;
extern const std::string_view kTestExample;
extern const std::string_view kWindows;  // leat-windows(7)
extern const std::string_view kWindowTime;
extern const std::string_view kWindowEmit;
extern const std::string_view kExpressions;  // leat-expr(7)
extern const std::string_view kEnvelope;
extern const std::string_view kStages;  // leat-stages(7)
extern const std::string_view kDlq;

std::vector<Page::Entry> ends();
std::vector<Page::Entry> guards();
std::vector<Page::Entry> exit_statuses();
std::vector<Page::Entry> environment();
std::vector<Page::Entry> files();
std::vector<Page::Entry> aggregates();
std::vector<Page::Entry> hooks();
std::vector<Page::Entry> case_keys();
std::vector<Page::Entry> expectation_keys();
std::vector<Page::Entry> envelope_variables();

}  // namespace leat::prose
