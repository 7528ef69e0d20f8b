//! The pages of weeks, months and years.

use crate::date::Week;
use crate::diagnostic::Diagnostic;
use crate::layout;
use crate::site::Period;
use crate::theme::Context;
use crate::view::{Html, IssueRefView, LinkView, PageView, PeriodRefView, PeriodView};

use super::render::Proof;
use super::{Page, Renderer};

const NO_MONTHS: Vec<PeriodRefView> = Vec::new();
const NO_ISSUES: Vec<IssueRefView> = Vec::new();

impl Renderer<'_> {
    pub(super) fn week(&self, page: &Page, index: usize) -> Result<Proof, Diagnostic> {
        let weeks = &self.site().weeks;
        let link = |week: &Period<Week>| self.views.week_link(week.key);
        let week = &weeks[index];
        let newest = self.site().issues[week.issues.start].date;
        let month = (newest.year(), newest.month());
        let view = PeriodView {
            kind: "week".to_owned(),
            name: link(week).name,
            url: self.views.link(&page.path),
            count: self.site().count(week),
            up: Some(self.views.month_link(month)),
            older: weeks.get(index + 1).map(link),
            newer: index.checked_sub(1).map(|newer| link(&weeks[newer])),
        };
        let mut context = self.context("period.html");
        context.insert_with("issues", || self.issues_with_papers(week.issues.clone()));
        context.insert("months", NO_MONTHS);
        context.insert("calendar_html", None::<Html>);
        self.period(page, view, context)
    }

    pub(super) fn month(&self, page: &Page, index: usize) -> Result<Proof, Diagnostic> {
        let months = &self.site().months;
        let month = &months[index];
        let view = PeriodView {
            kind: "month".to_owned(),
            name: self.views.month_link(month.key).name,
            url: self.views.link(&page.path),
            count: self.site().count(month),
            up: Some(self.views.year_link(month.key.0)),
            older: months
                .get(index + 1)
                .map(|month| self.views.month_link(month.key)),
            newer: index
                .checked_sub(1)
                .map(|newer| self.views.month_link(months[newer].key)),
        };
        let mut context = self.context("period.html");
        context.insert_with("issues", || self.issues_with_papers(month.issues.clone()));
        context.insert("months", NO_MONTHS);
        context.insert("calendar_html", None::<Html>);
        self.period(page, view, context)
    }

    pub(super) fn year(&self, page: &Page, index: usize) -> Result<Proof, Diagnostic> {
        let years = &self.site().years;
        let year = &years[index];
        let view = PeriodView {
            kind: "year".to_owned(),
            name: self.views.language.year(year.key),
            url: self.views.link(&page.path),
            count: self.site().count(year),
            up: Some(LinkView {
                name: self.views.language.word("archive").to_owned(),
                url: self.views.link(layout::ARCHIVE),
            }),
            older: years
                .get(index + 1)
                .map(|year| self.views.year_link(year.key)),
            newer: index
                .checked_sub(1)
                .map(|newer| self.views.year_link(years[newer].key)),
        };
        let mut context = self.context("period.html");
        context.insert_with("calendar_html", || self.views.calendar(year));
        context.insert_with("months", || self.views.months(year.issues.clone()));
        context.insert("issues", NO_ISSUES);
        self.period(page, view, context)
    }

    fn period(
        &self,
        page: &Page,
        period: PeriodView,
        mut context: Context<'_>,
    ) -> Result<Proof, Diagnostic> {
        let papers = self.counted("papers", period.count);
        let values = [("papers", papers.as_str()), ("period", &period.name)];
        let description = self.views.language.fill("period_about", &values);
        let view = PageView {
            older: period.older.clone(),
            newer: period.newer.clone(),
            ..self.page_view(page, &period.kind, &period.name, &description)
        };
        context.insert("period", period);
        context.insert("page", view);
        self.template(page, layout::ARCHIVE, context)
    }

    fn issues_with_papers(&self, issues: std::ops::Range<usize>) -> Vec<IssueRefView> {
        issues
            .map(|issue| self.views.issue_ref_with_papers(issue))
            .collect()
    }
}
