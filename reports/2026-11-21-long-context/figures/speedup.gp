set encoding utf8
set datafile separator comma
$texts << END_OF_TEXTS
speed-up over one thread
1
2
0.0
0.5
1.0
1.5
2.0
full at 128K
sliding-window(1024) at 128K
    ideal
threads, one per core
On 2 threads full at 128K runs 1.88× [1.85, 1.91] as fast, sliding-window(1024) at
128K runs 1.9× [1.1, 2.0] as fast
One problem on more cores, causal, float32, d = 64, 1 head: time on the fewest cores over time. Speed-ups of medians
with 95 % intervals.
END_OF_TEXTS
if (!exists('formats')) formats = 'svg png pdf'
do for [format in formats] {
mark = (format eq 'svg' ? 0.8 : 1) * 1
if (format eq 'svg') { set terminal svg size 720,480 dynamic enhanced name 'speedup' font 'Inter&#44; system-ui&#44; sans-serif,12' background '#ffffff' linewidth 1 }
if (format eq 'png') { set terminal pngcairo size 2250,1500 enhanced font 'Inter,12' fontscale 2.344 linewidth 3.125 pointscale 3.125 background '#ffffff' }
if (format eq 'pdf') { set terminal pdfcairo size 7.5in,5in enhanced font 'Inter,12' fontscale 0.5625 linewidth 1.5 pointscale 0.75 background '#ffffff' }
set output 'speedup.'.format
set border 3 lw 0.8 lc rgb '#777777'
set tics nomirror out scale 0.5 textcolor rgb '#1a1a1a' font ',12'
set grid ytics lt 1 lw 0.6 lc rgb '#e6e6e6'
unset mxtics
unset mytics
unset key
set errorbars small
set label '{/:Bold '.$texts[13].'}' at screen 0.0194, screen 0.9466 left font ',15.5' tc rgb '#1a1a1a'
set label '{/:Bold '.$texts[14].'}' at screen 0.0194, screen 0.9014 left font ',15.5' tc rgb '#1a1a1a'
set label $texts[15] at screen 0.0194, screen 0.8575 left font ',11.5' tc rgb '#595959'
set label $texts[16] at screen 0.0194, screen 0.8263 left font ',11.5' tc rgb '#595959'
set label $texts[12] at screen 0.3855, screen 0.0333 center font ',11.5' tc rgb '#595959'
set xrange [0:2.08]
set yrange [0:2.08]
set xtics ($texts[2] 1, $texts[3] 2)
set ytics ($texts[4] 0, $texts[5] 0.5, $texts[6] 1, $texts[7] 1.5, $texts[8] 2)
set lmargin at screen 0.0616
set rmargin at screen 0.7093
set bmargin at screen 0.1167
set tmargin at screen 0.7471
set label $texts[1] at screen 0.0194, screen 0.7825 left font ',11.5' tc rgb '#595959'
set label $texts[9] at screen 0.7454, screen 0.7022 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.6928, screen 0.6868 to screen 0.7177, screen 0.6868 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.7177, screen 0.6868 to screen 0.7399, screen 0.7022 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[10] at screen 0.7454, screen 0.6710 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.6928, screen 0.6864 to screen 0.7177, screen 0.6864 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.7177, screen 0.6864 to screen 0.7399, screen 0.6710 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[11] at screen 0.1495, screen 0.2017 left font ',11.5' tc rgb '#595959'
plot 'speedup.csv' skip 1 using ($1 == 0 ? $4 : NaN):5 with lines lt 1 lw 0.9 lc rgb '#999999', \
  'speedup.csv' skip 1 using ($1 == 1 ? $4 : NaN):5 with lines dt 1 lw 1.75 lc rgb '#0072B2', \
  'speedup.csv' skip 1 using ($1 == 2 ? $4 : NaN):5 with lines dt 1 lw 1.575 lc rgb '#D55E00', \
  'speedup.csv' skip 1 using ($1 == 3 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#0072B2', \
  'speedup.csv' skip 1 using ($1 == 3 ? $4 : NaN):5 with points pt 7 ps 0.9*mark lc rgb '#0072B2', \
  'speedup.csv' skip 1 using ($1 == 4 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#D55E00', \
  'speedup.csv' skip 1 using ($1 == 4 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#D55E00'
unset output
unset label
unset arrow
unset logscale
}
