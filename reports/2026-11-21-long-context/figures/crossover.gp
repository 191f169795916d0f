set encoding utf8
set datafile separator comma
$texts << END_OF_TEXTS
crossover length n* (tokens)
1K
2K
4K
8K
16K
32K
n* = w
n* = 3.41 w
sliding-window
chunked-overlap
attention-sink
chunked-local
window w (tokens)
sliding-window is faster than full attention from 1.0 times its window on,
chunked-overlap from 4.2 times its window on
Length n* from which a kernel beats full attention, causal, float32, d = 64, 1 head. Points: where the measured curves
cross, with 95 % intervals. Lines: where the counts of pairs cross; n* = w for a kernel that computes only the pairs of its
mask, 3.41 w for chunks of w queries against 2w keys. Found: sliding-window at 1.0 w, chunked-overlap at 4.2 w,
attention-sink at 1.0 w, chunked-local at 1.0 w.
Faster than full attention at every measured length: sliding-window(1024), 2 threads.
END_OF_TEXTS
if (!exists('formats')) formats = 'svg png pdf'
do for [format in formats] {
mark = (format eq 'svg' ? 0.8 : 1) * 1
if (format eq 'svg') { set terminal svg size 720,480 dynamic enhanced name 'crossover' font 'Inter&#44; system-ui&#44; sans-serif,12' background '#ffffff' linewidth 1 }
if (format eq 'png') { set terminal pngcairo size 2250,1500 enhanced font 'Inter,12' fontscale 2.344 linewidth 3.125 pointscale 3.125 background '#ffffff' }
if (format eq 'pdf') { set terminal pdfcairo size 7.5in,5in enhanced font 'Inter,12' fontscale 0.5625 linewidth 1.5 pointscale 0.75 background '#ffffff' }
set output 'crossover.'.format
set border 3 lw 0.8 lc rgb '#777777'
set tics nomirror out scale 0.5 textcolor rgb '#1a1a1a' font ',12'
set grid ytics lt 1 lw 0.6 lc rgb '#e6e6e6'
unset mxtics
unset mytics
unset key
set errorbars small
set label '{/:Bold '.$texts[15].'}' at screen 0.0194, screen 0.9466 left font ',15.5' tc rgb '#1a1a1a'
set label '{/:Bold '.$texts[16].'}' at screen 0.0194, screen 0.9014 left font ',15.5' tc rgb '#1a1a1a'
set label $texts[17] at screen 0.0194, screen 0.8575 left font ',11.5' tc rgb '#595959'
set label $texts[18] at screen 0.0194, screen 0.8263 left font ',11.5' tc rgb '#595959'
set label $texts[19] at screen 0.0194, screen 0.7950 left font ',11.5' tc rgb '#595959'
set label $texts[20] at screen 0.0194, screen 0.7638 left font ',11.5' tc rgb '#595959'
set label $texts[21] at screen 0.0194, screen 0.0292 left font ',10.5' tc rgb '#595959'
set label $texts[14] at screen 0.4407, screen 0.0771 center font ',11.5' tc rgb '#595959'
set logscale x 2
set logscale y 10
set xrange [819:10245.12]
set yrange [787:36378.18]
set xtics ($texts[2] 1024, $texts[3] 2048, $texts[4] 4096, $texts[5] 8192)
set ytics ($texts[2] 1024, $texts[3] 2048, $texts[4] 4096, $texts[5] 8192, $texts[6] 16384, $texts[7] 32768)
set lmargin at screen 0.0678
set rmargin at screen 0.8136
set bmargin at screen 0.1604
set tmargin at screen 0.6846
set label $texts[1] at screen 0.0194, screen 0.7200 left font ',11.5' tc rgb '#595959'
set label $texts[8] at screen 0.8497, screen 0.5119 left font ',11.5' tc rgb '#595959'
set arrow from screen 0.8220, screen 0.5113 to screen 0.8442, screen 0.5119 nohead lt 1 dt 1 lw 0.5 lc rgb '#595959' back
set label $texts[9] at screen 0.8497, screen 0.6792 left font ',11.5' tc rgb '#595959'
set arrow from screen 0.8220, screen 0.6792 to screen 0.8442, screen 0.6792 nohead lt 1 dt 1 lw 0.5 lc rgb '#595959' back
set label $texts[10] at screen 0.8497, screen 0.2120 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.1421, screen 0.1964 to screen 0.8220, screen 0.1964 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.8220, screen 0.1964 to screen 0.8442, screen 0.2120 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[11] at screen 0.8497, screen 0.3922 left font ',11.5' tc rgb '#009E73'
set arrow from screen 0.1421, screen 0.3922 to screen 0.8220, screen 0.3922 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.8220, screen 0.3922 to screen 0.8442, screen 0.3922 nohead lt 1 dt 1 lw 0.5 lc rgb '#009E73' back
set label $texts[12] at screen 0.8497, screen 0.1808 left font ',11.5' tc rgb '#CC79A7'
set arrow from screen 0.1421, screen 0.1964 to screen 0.8220, screen 0.1964 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.8220, screen 0.1964 to screen 0.8442, screen 0.1808 nohead lt 1 dt 1 lw 0.5 lc rgb '#CC79A7' back
set label $texts[13] at screen 0.8497, screen 0.4807 left font ',11.5' tc rgb '#E69F00'
set arrow from screen 0.7561, screen 0.4813 to screen 0.8220, screen 0.4813 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.8220, screen 0.4813 to screen 0.8442, screen 0.4807 nohead lt 1 dt 1 lw 0.5 lc rgb '#E69F00' back
plot 'crossover.csv' skip 1 using ($1 == 0 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#595959', \
  'crossover.csv' skip 1 using ($1 == 1 ? $4 : NaN):5 with lines dt (14,8) lw 1 lc rgb '#595959', \
  'crossover.csv' skip 1 using ($1 == 2 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#D55E00', \
  'crossover.csv' skip 1 using ($1 == 2 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#D55E00', \
  'crossover.csv' skip 1 using ($1 == 3 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#009E73', \
  'crossover.csv' skip 1 using ($1 == 3 ? $4 : NaN):5 with points pt 9 ps 0.72*mark lc rgb '#009E73', \
  'crossover.csv' skip 1 using ($1 == 4 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#CC79A7', \
  'crossover.csv' skip 1 using ($1 == 4 ? $4 : NaN):5 with points pt 13 ps 0.63*mark lc rgb '#CC79A7', \
  'crossover.csv' skip 1 using ($1 == 5 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#E69F00', \
  'crossover.csv' skip 1 using ($1 == 5 ? $4 : NaN):5 with points pt 11 ps 0.54*mark lc rgb '#E69F00'
unset output
unset label
unset arrow
unset logscale
}
