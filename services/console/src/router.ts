// The pages, and who is offered which.
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { Role } from '@gen/kernel/v1/context_pb'
import { closeLineage } from './composables/lineage'
import { hasRole, homePath, loadSession, session, wantedPath } from './composables/session'

declare module 'vue-router' {
  interface RouteMeta {
    /** Key of the page's name. */
    title?: string
    /** Roles that the page is for; none = everybody who is logged in. */
    roles?: Role[]
    /** Each address is a page of its own. */
    single?: boolean
    /** Without a session. */
    open?: boolean
  }
}

const leaders = [Role.TEAM_LEAD, Role.DIRECTOR, Role.VICE_PRESIDENT, Role.BOSS, Role.SUPERVISOR]
const scored = [Role.EMPLOYEE, Role.TEAM_LEAD, Role.DIRECTOR, Role.VICE_PRESIDENT]

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'home', component: () => import('./views/MissingView.vue') },
  { path: '/login', name: 'login', component: () => import('./views/LoginView.vue'), meta: { open: true, title: 'nav.login' } },
  { path: '/password', name: 'password', component: () => import('./views/PasswordView.vue'), meta: { title: 'nav.password' } },
  { path: '/boss', name: 'boss', component: () => import('./views/BossView.vue'),
    meta: { title: 'nav.boss', roles: [Role.BOSS, Role.SUPERVISOR, Role.VICE_PRESIDENT] } },
  { path: '/unit/:id(\\d+)?', name: 'unit', component: () => import('./views/UnitView.vue'), meta: { title: 'nav.unit', roles: leaders } },
  { path: '/me', name: 'me', component: () => import('./views/PersonView.vue'), meta: { title: 'nav.me', roles: scored } },
  { path: '/person/:id(\\d+)', name: 'person', component: () => import('./views/PersonView.vue'),
    meta: { title: 'nav.person', roles: [...leaders, Role.EMPLOYEE], single: true } },
  { path: '/person/:id(\\d+)/report', name: 'report', component: () => import('./views/ReportView.vue'),
    meta: { title: 'report.title', roles: [...leaders, Role.EMPLOYEE], single: true } },
  { path: '/goals', name: 'goals', component: () => import('./views/GoalsView.vue'), meta: { title: 'nav.goals', roles: leaders } },
  { path: '/sheet', name: 'sheet', component: () => import('./views/SheetView.vue'), meta: { title: 'nav.sheet', roles: leaders } },
  { path: '/moves', name: 'moves', component: () => import('./views/MovesView.vue'), meta: { title: 'nav.moves', roles: [Role.SUPERVISOR] } },
  { path: '/compare', name: 'compare', component: () => import('./views/CompareView.vue'), meta: { title: 'nav.compare', roles: leaders } },
  { path: '/plans', name: 'plans', component: () => import('./views/PlansView.vue'), meta: { title: 'nav.plans', roles: leaders } },
  { path: '/okr', name: 'okr', component: () => import('./views/OkrView.vue'), meta: { title: 'nav.okr', roles: [...leaders, Role.EMPLOYEE] } },
  { path: '/entries', name: 'entries', component: () => import('./views/EntriesView.vue'), meta: { title: 'nav.entries', roles: [...leaders, Role.EMPLOYEE] } },
  { path: '/preview', name: 'preview', component: () => import('./views/PreviewView.vue'),
    meta: { title: 'nav.preview', roles: [Role.SUPERVISOR, Role.DIRECTOR, Role.TEAM_LEAD] } },
  { path: '/import', name: 'import', component: () => import('./views/ImportView.vue'),
    meta: { title: 'nav.import', roles: [Role.SUPERVISOR, Role.INTEGRATOR] } },
  { path: '/tasks', name: 'tasks', component: () => import('./views/TasksView.vue'), meta: { title: 'nav.tasks' } },
  { path: '/tasks/:id(\\d+)', name: 'task', component: () => import('./views/TaskView.vue'), meta: { title: 'nav.task', single: true } },
  { path: '/delegations', name: 'delegations', component: () => import('./views/DelegationsView.vue'), meta: { title: 'nav.delegations' } },
  { path: '/cycles', name: 'cycles', component: () => import('./views/CyclesView.vue'), meta: { title: 'nav.cycles', roles: leaders } },
  { path: '/cycles/:id(\\d+)', name: 'cycle', component: () => import('./views/CycleView.vue'), meta: { title: 'nav.cycle', roles: leaders, single: true } },
  { path: '/processes', name: 'processes', component: () => import('./views/ProcessesView.vue'), meta: { title: 'nav.processes', roles: [Role.SUPERVISOR, Role.BOSS] } },
  { path: '/calendar', name: 'calendar', component: () => import('./views/CalendarView.vue'), meta: { title: 'nav.calendar', roles: [Role.SUPERVISOR] } },
  { path: '/submissions', name: 'submissions', component: () => import('./views/SubmissionsView.vue'), meta: { title: 'nav.submissions', roles: leaders } },
  { path: '/reviews', name: 'reviews', component: () => import('./views/reviews/ReviewsView.vue'), meta: { title: 'nav.reviews' } },
  { path: '/reviews/give', name: 'reviewGive', component: () => import('./views/reviews/GiveView.vue'), meta: { title: 'nav.reviewGive' } },
  { path: '/reviews/rating/:id(\\d+)', name: 'reviewRating', component: () => import('./views/reviews/RatingView.vue'), meta: { title: 'nav.reviewRating', single: true } },
  { path: '/reviews/round/:id(\\d+)', name: 'reviewRound', component: () => import('./views/reviews/RoundView.vue'), meta: { title: 'nav.reviewRound', single: true } },
  { path: '/reviews/round/:id(\\d+)/person/:person(\\d+)', name: 'reviewResult', component: () => import('./views/reviews/ResultView.vue'), meta: { title: 'nav.reviewResult', single: true } },
  { path: '/reviews/forms', name: 'reviewForms', component: () => import('./views/reviews/FormsView.vue'), meta: { title: 'nav.reviewForms', roles: [Role.SUPERVISOR] } },
  { path: '/results', name: 'results', component: () => import('./views/results/ResultsView.vue'), meta: { title: 'nav.results', roles: [Role.DIRECTOR, Role.VICE_PRESIDENT, Role.BOSS, Role.SUPERVISOR] } },
  { path: '/results/calibration/:id(\\d+)', name: 'calibration', component: () => import('./views/results/CalibrationView.vue'),
    meta: { title: 'nav.calibration', roles: [Role.DIRECTOR, Role.VICE_PRESIDENT, Role.BOSS, Role.SUPERVISOR], single: true } },
  { path: '/inbox', name: 'inbox', component: () => import('./views/InboxView.vue'), meta: { title: 'nav.inbox' } },
  { path: '/org', name: 'org', component: () => import('./views/OrgView.vue'),
    meta: { title: 'nav.org', roles: [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.SUPERVISOR] } },
  { path: '/audit', name: 'audit', component: () => import('./views/AuditView.vue'), meta: { title: 'nav.audit', roles: [Role.AUDITOR] } },
  { path: '/webhooks', name: 'webhooks', component: () => import('./views/webhooks/WebhooksView.vue'), meta: { title: 'nav.webhooks', roles: [Role.SUPERVISOR] } },
  { path: '/operations', name: 'operations', component: () => import('./views/OperationsView.vue'),
    meta: { title: 'nav.operations', roles: [Role.OPERATIONS] } },
  { path: '/:rest(.*)*', name: 'missing', component: () => import('./views/MissingView.vue'), meta: { title: 'nav.missing' } },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

export function mayOpen(roles: Role[] | undefined): boolean {
  return !roles || hasRole(...roles)
}

router.beforeEach(async (to) => {
  if (!session.known) {
    try {
      await loadSession()
    } catch {
      // The edge is away: the page says so itself when its queries fail.
    }
  }
  if (to.meta.open) return session.me && !session.me.mustChangePassword ? wantedPath(to.query.to) : true
  if (!session.me) return { name: 'login', query: to.fullPath === '/' ? {} : { to: to.fullPath } }
  if (session.me.mustChangePassword && to.name !== 'password') return { name: 'password', query: to.name === 'home' ? {} : { to: to.fullPath } }
  if (to.name === 'home') return homePath()
  return true
})
router.afterEach(() => closeLineage())
